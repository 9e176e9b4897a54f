import { enrollmentBody } from '@turnout/contracts/http/enrollments';
import { must } from '../api.ts';
import { allOf, type Person, type Show } from '../show.ts';

/** An admin says of people who missed the scanner that they were there. */
export async function vouch(show: Show): Promise<void> {
  const vouched = allOf(show.people, ({ vouchedFor }) => vouchedFor !== undefined);
  for (const person of vouched) {
    await override(show, person, {
      to: 'checked_in',
      reason: 'Met her at the opening, she came in by the staff door',
      day: show.calendar.date(person.kind.vouchedFor ?? 1),
    });
  }
  show.say(`Vouched for by an admin, as they were there but missed the scanner: ${vouched.length}.`);
}

/** Tickets given back before closure. */
export async function cancelTickets(show: Show): Promise<void> {
  const cancelled = allOf(show.people, (kind) => kind.cancelled === true);
  for (const person of cancelled) {
    const answer = await show.admin.post(`${pathOf(show, person)}/cancellation`, {
      reason: 'Gave the ticket back',
    });
    must(answer, 200);
  }
  show.say(`${cancelled.length} tickets cancelled.`);
}

/** After closure: an admin corrects a verdict, and gives a reason. */
export async function correctVerdicts(show: Show): Promise<number> {
  const corrected = allOf(show.people, (kind) => kind.corrected === true);
  for (const person of corrected) {
    await override(show, person, { to: 'attended', reason: 'Gave the closing talk, his badge was lost' });
  }
  return corrected.length;
}

async function override(show: Show, person: Person, request: { to: string; reason: string; day?: string }) {
  const answer = await show.admin.post(`${pathOf(show, person)}/overrides`, request);
  must(answer, 200);
  const { enrollment } = answer.body as { enrollment: unknown };
  show.differences.expect(
    `${person.name} after an override`,
    enrollmentBody.parse(enrollment).status,
    request.to,
  );
}

function pathOf({ event }: Show, { enrollmentId }: Person): string {
  return `/v1/events/${event.id}/enrollments/${enrollmentId}`;
}
