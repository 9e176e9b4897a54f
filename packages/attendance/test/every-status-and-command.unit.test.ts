import { describe, expect, it } from 'vitest';
import { applyMove } from '../src/apply-move.ts';
import { decideAnnulment } from '../src/decide-annulment.ts';
import { decideCancellation } from '../src/decide-cancellation.ts';
import { decideCheckIn } from '../src/decide-check-in.ts';
import { decideClosure } from '../src/decide-closure.ts';
import { decideCorrection } from '../src/decide-correction.ts';
import { decideOverride } from '../src/decide-override.ts';
import type { Enrollment } from '../src/enrollment.ts';
import type { EventPolicy } from '../src/event.ts';
import { isMove, type Move } from '../src/moves.ts';
import { aCheckIn, anEnrollment, anEvent, aScan, at } from './builders.ts';

const firstDay = '2026-05-01T10:00:00+02:00';
const secondDay = '2026-05-02T10:00:00+02:00';
const now = at('2026-05-02T10:01:00+02:00');

const twoDays = anEvent({ requirement: { type: 'minimum_days', days: 2 } });
const oneDay = anEvent({ requirement: { type: 'any_day' } });

/** Someone of each status who came on the first of three days; who is confirmed did not come. */
const people = {
  confirmed: anEnrollment(),
  checked_in: came({ status: 'checked_in', version: 2 }),
  'attended by rule': came({ status: 'attended', version: 3, verdictBy: 'rule' }),
  'attended by override': came({ status: 'attended', version: 4, verdictBy: 'override' }),
  'no_show by rule': came({ status: 'no_show', version: 3, verdictBy: 'rule' }),
  'no_show by override': came({ status: 'no_show', version: 3, verdictBy: 'override' }),
  cancelled: came({ status: 'cancelled', version: 3 }),
} satisfies Record<string, Enrollment>;

function came(changes: Partial<Enrollment>): Enrollment {
  return anEnrollment({ checkIns: [aCheckIn(firstDay, { id: 'the-entry' })], ...changes });
}

type Answer = { outcome?: string; move?: Move | null; refusal?: { code: string } };

const scan = (event: EventPolicy, person: Enrollment, direction: 'entry' | 'exit' = 'entry') =>
  decideCheckIn(event, person, aScan(secondDay, { direction }), now);
const annul = (event: EventPolicy, person: Enrollment, role: 'front_desk' | 'supervisor' | 'admin') =>
  decideAnnulment(
    event,
    person,
    { checkInId: 'the-entry', reason: 'wrong person', by: { role, deviceId: 'device-a' } },
    at('2026-05-01T10:10:00+02:00'),
  );

const commands = {
  'an entry that is enough': (person) => scan(twoDays, person),
  'an entry that is not enough': (person) => scan(anEvent(), person),
  'an exit': (person) => scan(oneDay, person, 'exit'),
  'closure, met': (person) => decideClosure(oneDay, person),
  'closure, not met': (person) => decideClosure(twoDays, person),
  'override to attended': (person) =>
    decideOverride(twoDays, person, { to: 'attended', reason: 'a mistake', day: null }, now),
  'override to checked_in': (person) =>
    decideOverride(twoDays, person, { to: 'checked_in', reason: 'came late', day: null }, now),
  'cancellation by admin': (person) => decideCancellation(twoDays, person, { reason: 'ill', by: 'admin' }),
  'cancellation by participant': (person) =>
    decideCancellation(twoDays, person, { reason: 'ill', by: 'participant' }),
  'annulment by front desk': (person) => annul(oneDay, person, 'front_desk'),
  'annulment by supervisor': (person) => annul(oneDay, person, 'supervisor'),
  'annulment by admin': (person) => annul(oneDay, person, 'admin'),
  'correction, met': (person) => decideCorrection(oneDay, person, 'one day is enough'),
  'correction, not met': (person) => decideCorrection(twoDays, person, 'two days were announced'),
} satisfies Record<string, (person: Enrollment) => Answer>;

/** What each command does to each status: moves it and by whom, refuses and why, or stays quiet. */
const expected: Record<keyof typeof commands, Record<keyof typeof people, string>> = {
  'an entry that is enough': {
    confirmed: 'checked_in by front_desk',
    checked_in: 'quiet',
    'attended by rule': 'quiet',
    'attended by override': 'quiet',
    'no_show by rule': 'attended by system',
    'no_show by override': 'quiet',
    cancelled: 'refused: enrollment_cancelled',
  },
  'an entry that is not enough': {
    confirmed: 'checked_in by front_desk',
    checked_in: 'quiet',
    'attended by rule': 'quiet',
    'attended by override': 'quiet',
    'no_show by rule': 'quiet',
    'no_show by override': 'quiet',
    cancelled: 'refused: enrollment_cancelled',
  },
  'an exit': {
    confirmed: 'quiet',
    checked_in: 'quiet',
    'attended by rule': 'quiet',
    'attended by override': 'quiet',
    'no_show by rule': 'quiet',
    'no_show by override': 'quiet',
    cancelled: 'refused: enrollment_cancelled',
  },
  'closure, met': {
    confirmed: 'no_show by system',
    checked_in: 'attended by system',
    'attended by rule': 'quiet',
    'attended by override': 'quiet',
    'no_show by rule': 'quiet',
    'no_show by override': 'quiet',
    cancelled: 'quiet',
  },
  'closure, not met': {
    confirmed: 'no_show by system',
    checked_in: 'no_show by system',
    'attended by rule': 'quiet',
    'attended by override': 'quiet',
    'no_show by rule': 'quiet',
    'no_show by override': 'quiet',
    cancelled: 'quiet',
  },
  'override to attended': {
    confirmed: 'refused: illegal_transition',
    checked_in: 'refused: illegal_transition',
    'attended by rule': 'refused: illegal_transition',
    'attended by override': 'refused: illegal_transition',
    'no_show by rule': 'attended by admin',
    'no_show by override': 'attended by admin',
    cancelled: 'refused: illegal_transition',
  },
  'override to checked_in': {
    confirmed: 'checked_in by admin',
    checked_in: 'refused: illegal_transition',
    'attended by rule': 'refused: illegal_transition',
    'attended by override': 'refused: illegal_transition',
    'no_show by rule': 'refused: illegal_transition',
    'no_show by override': 'refused: illegal_transition',
    cancelled: 'refused: illegal_transition',
  },
  'cancellation by admin': {
    confirmed: 'cancelled by admin',
    checked_in: 'cancelled by admin',
    'attended by rule': 'refused: illegal_transition',
    'attended by override': 'refused: illegal_transition',
    'no_show by rule': 'refused: illegal_transition',
    'no_show by override': 'refused: illegal_transition',
    cancelled: 'refused: illegal_transition',
  },
  'cancellation by participant': {
    confirmed: 'cancelled by participant',
    checked_in: 'cancelled by participant',
    'attended by rule': 'refused: illegal_transition',
    'attended by override': 'refused: illegal_transition',
    'no_show by rule': 'refused: illegal_transition',
    'no_show by override': 'refused: illegal_transition',
    cancelled: 'refused: illegal_transition',
  },
  'annulment by front desk': {
    confirmed: 'refused: check_in_not_found',
    checked_in: 'confirmed by front_desk',
    'attended by rule': 'refused: supervisor_required',
    'attended by override': 'quiet',
    'no_show by rule': 'quiet',
    'no_show by override': 'quiet',
    cancelled: 'quiet',
  },
  'annulment by supervisor': {
    confirmed: 'refused: check_in_not_found',
    checked_in: 'confirmed by front_desk',
    'attended by rule': 'no_show by front_desk',
    'attended by override': 'quiet',
    'no_show by rule': 'quiet',
    'no_show by override': 'quiet',
    cancelled: 'quiet',
  },
  'annulment by admin': {
    confirmed: 'refused: check_in_not_found',
    checked_in: 'confirmed by admin',
    'attended by rule': 'no_show by admin',
    'attended by override': 'quiet',
    'no_show by rule': 'quiet',
    'no_show by override': 'quiet',
    cancelled: 'quiet',
  },
  'correction, met': {
    confirmed: 'quiet',
    checked_in: 'quiet',
    'attended by rule': 'quiet',
    'attended by override': 'quiet',
    'no_show by rule': 'attended by admin',
    'no_show by override': 'quiet',
    cancelled: 'quiet',
  },
  'correction, not met': {
    confirmed: 'quiet',
    checked_in: 'quiet',
    'attended by rule': 'no_show by admin',
    'attended by override': 'quiet',
    'no_show by rule': 'quiet',
    'no_show by override': 'quiet',
    cancelled: 'quiet',
  },
};

function inWords(answer: Answer): string {
  if (answer.refusal) return `refused: ${answer.refusal.code}`;
  return answer.move ? `${answer.move.to} by ${answer.move.triggeredBy}` : 'quiet';
}

const cases = Object.entries(commands).flatMap(([command, decide]) =>
  Object.entries(people).map(([status, person]) => ({ command, status, person, decide })),
);

describe('every command on every status', () => {
  it.each(cases)('$command on $status', ({ command, status, person, decide }) => {
    const answer: Answer = decide(person);
    const row = expected[command as keyof typeof commands];
    expect(inWords(answer)).toBe(row[status as keyof typeof people]);
    if (!answer.move) return;

    const { move } = answer;
    expect(move.from).toBe(person.status);
    expect(isMove(move.from, move.to, move.triggeredBy)).toBe(true);
    expect(move.verdictBy !== null).toBe(move.to === 'attended' || move.to === 'no_show');
    expect(move.reason).not.toBe('');
    expect(move.evidence).not.toBeNull();
    expect(applyMove(person, move)).toEqual({
      ...person,
      status: move.to,
      version: person.version + 1,
      verdictBy: move.verdictBy,
    });
  });
});
