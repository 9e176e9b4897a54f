import type { CheckIn, Status } from '@turnout/attendance/enrollment';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { loadCheckIns } from '../loading/load-check-ins.ts';

/** A person as a desk sees them, with all their check-ins. */
export interface Attendee {
  enrollmentId: string;
  displayName: string;
  email: string;
  ticketType: string | null;
  status: Status;
  checkIns: readonly CheckIn[];
}

interface AttendeeRow {
  event_id: string;
  enrollment_id: string;
  name: string;
  email: string;
  ticket_type: string | null;
  status: Status;
}

const attendees = `
  select e.event_id, e.enrollment_id, p.name, p.email, e.ticket_type, e.status
  from attendance.enrollments e
  join attendance.participants p using (organization_id, participant_id)`;

const findByCode: Statement = {
  name: 'find_attendee',
  text: `${attendees} where e.event_id = $1 and e.organization_id = $2 and e.access_code = $3`,
};

/** Who holds this access code in this event of the organization, or null. */
export async function findAttendee(
  db: Queryable,
  organizationId: string,
  eventId: string,
  accessCode: string,
): Promise<Attendee | null> {
  const rows = await db.query<AttendeeRow>(findByCode, [eventId, organizationId, accessCode]);
  const [attendee] = await withCheckIns(db, rows);
  return attendee ?? null;
}

export interface AttendeeSearch {
  organizationId: string;
  eventId: string;
  /** Part of a name, or of an e-mail address where `inEmail` allows that; upper and lower case are the same. */
  text: string;
  inEmail: boolean;
  /** The enrollment that was the last hit of the page before. */
  after: string | null;
  limit: number;
}

const searchByText: Statement = {
  name: 'search_attendees',
  text: `
    ${attendees}
    where e.event_id = $1 and e.organization_id = $2
      and (lower(p.name) like (select lower($3)) or ($4 and lower(p.email) like (select lower($3))))
      and ($5::uuid is null or (lower(p.name), e.enrollment_id) > (
        select lower(last.name), l.enrollment_id
        from attendance.enrollments l
        join attendance.participants last using (organization_id, participant_id)
        where l.event_id = $1 and l.enrollment_id = $5))
    order by lower(p.name), e.enrollment_id
    limit $6`,
};

/** The people of an event whose name (or e-mail address) contains a text, by name. */
export async function searchAttendees(db: Queryable, search: AttendeeSearch): Promise<Attendee[]> {
  const rows = await db.query<AttendeeRow>(searchByText, [
    search.eventId,
    search.organizationId,
    `%${search.text.replace(/[\\%_]/g, '\\$&')}%`,
    search.inEmail,
    search.after,
    search.limit,
  ]);
  return await withCheckIns(db, rows);
}

async function withCheckIns(db: Queryable, rows: readonly AttendeeRow[]): Promise<Attendee[]> {
  const checkIns = await loadCheckIns(db, rows);
  return rows.map((row) => ({
    enrollmentId: row.enrollment_id,
    displayName: row.name,
    email: row.email,
    ticketType: row.ticket_type,
    status: row.status,
    checkIns: checkIns.get(row.enrollment_id) ?? [],
  }));
}
