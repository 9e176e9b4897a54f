import { type Answer, problemCode } from '../api.ts';
import type { Kind } from '../people.ts';
import type { Show } from '../show.ts';
import { checkInsOf, toRequest } from './scan-badges.ts';

/** What must be refused, each with its code. None of it may change anything: the verdicts show that. */
export async function tryTheRefused(show: Show): Promise<void> {
  const { differences, say } = show;
  const attempts = Object.entries(attemptsOf(show));
  for (const [code, attempt] of attempts) {
    const answer = await attempt();
    differences.expect(`${answer.asked}, refused`, problemCode(answer), code);
  }
  say(`${attempts.length} requests that must be refused, each refused with its reason:`);
  const codes = attempts.map(([code]) => code);
  const half = Math.ceil(codes.length / 2);
  for (const line of [codes.slice(0, half), codes.slice(half)]) say(`  ${line.join(', ')}`);
}

/** By the code that each must be refused with. */
function attemptsOf(show: Show): Record<string, () => Promise<Answer>> {
  const { doors, admin, event } = show;
  const absent = somebody(show, ({ who }) => who === 'never came');
  const present = somebody(show, ({ who }) => who === 'came on one day');
  const cancelled = somebody(show, (kind) => kind.cancelled === true);
  const scan = (changes: object) =>
    doors[0].api.post(checkInsOf(show), { ...toRequest(show, absent, { on: 2, at: '10:00' }), ...changes });
  const override = (body: object) =>
    admin.post(`/v1/events/${event.id}/enrollments/${absent.enrollmentId}/overrides`, body);
  return {
    unknown_code: () => scan({ accessCode: 'NOT-A-TICKET-OF-THIS-EVENT' }),
    enrollment_cancelled: () => scan({ accessCode: cancelled.accessCode }),
    not_open_yet: () => scan({ scannedAt: show.calendar.instant(0, '11:59') }),
    event_ended: () => scan({ scannedAt: show.calendar.instant(4, '03:01') }),
    scanned_in_future: () => scan({ scannedAt: new Date(Date.now() + 3_600_000).toISOString() }),
    scan_id_reused: async () => {
      const first = toRequest(show, absent, { on: 4, at: '03:30' });
      await doors[0].api.post(checkInsOf(show), first); // refused, and remembered all the same
      return await scan({ scanId: first.scanId, accessCode: present.accessCode });
    },
    day_required: () => override({ to: 'checked_in', reason: 'Says she was there' }),
    illegal_transition: () => override({ to: 'attended', reason: 'Before any verdict' }),
  };
}

function somebody({ people }: Show, fits: (kind: Kind) => boolean) {
  const person = people.find(({ kind }) => fits(kind));
  if (!person) throw new Error('the cast lacks somebody');
  return person;
}
