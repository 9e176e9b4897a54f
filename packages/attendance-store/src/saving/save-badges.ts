import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { WriteSet } from './write-set.ts';

// Before the change, which the row lock makes the only one: what the enrollment has now is what it had.
const withdrawCodes: Statement = {
  name: 'withdraw_codes',
  text: `
    insert into attendance.withdrawn_codes (event_id, access_code, enrollment_id, withdrawn_at)
    select e.event_id, e.access_code, e.enrollment_id, $1::timestamptz
    from unnest($2::uuid[], $3::uuid[], $4::text[]) as u (event_id, enrollment_id, access_code)
    join attendance.enrollments e on e.event_id = u.event_id and e.enrollment_id = u.enrollment_id
    where e.access_code <> u.access_code`,
};

const changeBadges: Statement = {
  name: 'change_badges',
  text: `
    update attendance.enrollments e
    set access_code = u.access_code, ticket_type = u.ticket_type, changed_at = $1
    from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) as u (event_id, enrollment_id, access_code, ticket_type)
    where e.event_id = u.event_id and e.enrollment_id = u.enrollment_id`,
};

/**
 * Makes badges say what they say now. A code that somebody has meanwhile fails the transaction:
 * `enrollments_access_code`.
 */
export function saveBadges(tx: Tx, { badges: rows }: WriteSet, at: Date): void {
  if (rows.length === 0) return;
  const codes = [
    at,
    rows.map(({ enrollment }) => enrollment.eventId),
    rows.map(({ enrollment }) => enrollment.id),
    rows.map(({ badge }) => badge.accessCode),
  ];
  tx.send(withdrawCodes, codes);
  tx.send(changeBadges, [...codes, rows.map(({ badge }) => badge.ticketType)]);
}
