import type { Status } from '@turnout/attendance/enrollment';
import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { loadPresence, type Presence } from './presence.ts';

/** One enrollment with its person, and what is stored of their presence. */
export interface AttendanceRecord extends Presence {
  enrollmentId: string;
  status: Status;
  ticketType: string | null;
  attendedAt: Date | null;
  participant: { id: string; name: string; email: string; externalId: string | null };
}

/**
 * Enough for a round trip to be worth it; few enough for memory, and for a page to be judged within some milliseconds.
 */
const PAGE = 1_000;

const nextEnrollments: Statement = {
  name: 'next_enrollments_to_report',
  text: `
    select e.enrollment_id, e.status, e.ticket_type, e.attended_at,
      e.participant_id, p.name, p.email, p.external_id
    from (
      select * from attendance.enrollments
      where event_id = $1 and enrollment_id > $2
      order by enrollment_id
      limit $3
    ) e
    cross join lateral (
      select name, email, external_id from attendance.participants
      where organization_id = e.organization_id and participant_id = e.participant_id
      offset 0
    ) p
    order by e.enrollment_id`,
};

interface EnrollmentRow {
  enrollment_id: string;
  status: Status;
  ticket_type: string | null;
  attended_at: Date | null;
  participant_id: string;
  name: string;
  email: string;
  external_id: string | null;
}

/**
 * The enrollments of an event in the order in which they were made, a page at a time. Whose event it is has been looked
 * up before.
 */
export async function* readAttendance(
  tx: Tx,
  eventId: string,
): AsyncGenerator<AttendanceRecord[], void, undefined> {
  for (let after = LOWEST_ID; ; ) {
    const rows = await tx.query<EnrollmentRow>(nextEnrollments, [eventId, after, PAGE]);
    const last = rows.at(-1);
    if (!last) return;
    const presenceOf = await loadPresence(
      tx,
      rows.map((row) => ({ eventId, enrollmentId: row.enrollment_id })),
    );
    yield rows.map((row) => ({
      enrollmentId: row.enrollment_id,
      status: row.status,
      ticketType: row.ticket_type,
      attendedAt: row.attended_at,
      participant: {
        id: row.participant_id,
        name: row.name,
        email: row.email,
        externalId: row.external_id,
      },
      ...presenceOf(row.enrollment_id),
    }));
    if (rows.length < PAGE) return;
    after = last.enrollment_id;
  }
}
