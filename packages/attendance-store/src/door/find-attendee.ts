import type { CheckIn, Status } from '@turnout/attendance/enrollment';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { containing } from '../containing.ts';
import { type CheckInRow, checkInsOfRow, toCheckIn } from '../loading/load-check-ins.ts';

/** A person as a desk sees them, with all their check-ins as of the same instant. */
export interface Attendee {
  enrollmentId: string;
  displayName: string;
  email: string;
  ticketType: string | null;
  status: Status;
  checkIns: readonly CheckIn[];
}

interface AttendeeRow {
  enrollment_id: string;
  name: string;
  email: string;
  ticket_type: string | null;
  status: Status;
  check_ins: CheckInRow[];
}

/** `which` ends in an order and a limit, so that check-ins are read only of those who are answered. */
const attendees = (which: string) => `
  select e.*, ${checkInsOfRow} as check_ins
  from (
    select e.event_id, e.enrollment_id, p.name, p.email, e.ticket_type, e.status
    from attendance.enrollments e
    join attendance.participants p using (organization_id, participant_id)
    ${which}
  ) e
  order by lower(e.name), e.enrollment_id`;

const findByCode: Statement = {
  name: 'find_attendee',
  text: attendees('where e.event_id = $1 and e.organization_id = $2 and e.access_code = $3 limit 1'),
};

/** Who holds this access code in this event of the organization, or null. */
export async function findAttendee(
  db: Queryable,
  organizationId: string,
  eventId: string,
  accessCode: string,
): Promise<Attendee | null> {
  const [row] = await db.query<AttendeeRow>(findByCode, [eventId, organizationId, accessCode]);
  return row ? toAttendee(row) : null;
}

export interface AttendeeSearch {
  organizationId: string;
  eventId: string;
  /**
   * Part of a name, or of an e-mail address where `inEmail` allows that; upper and lower case are the same, and in
   * names letters with marks and without.
   */
  text: string;
  inEmail: boolean;
  /** The enrollment that was the last hit of the page before. */
  after: string | null;
  limit: number;
}

const searchByText: Statement = {
  name: 'search_attendees',
  text: attendees(`
    where e.event_id = $1 and e.organization_id = $2
      and (p.plain_name like (select attendance.plain_pattern($3)) or lower(p.email) like (select lower($4)))
      and ($5::uuid is null or (lower(p.name), e.enrollment_id) > (
        select lower(last.name), l.enrollment_id
        from attendance.enrollments l
        join attendance.participants last using (organization_id, participant_id)
        where l.event_id = $1 and l.enrollment_id = $5))
    order by lower(p.name), e.enrollment_id
    limit $6`),
};

/** The people of an event whose name (or e-mail address) contains a text, by name. */
export async function searchAttendees(db: Queryable, search: AttendeeSearch): Promise<Attendee[]> {
  const rows = await db.query<AttendeeRow>(searchByText, [
    search.eventId,
    search.organizationId,
    search.text,
    search.inEmail ? containing(search.text) : null,
    search.after,
    search.limit,
  ]);
  return rows.map(toAttendee);
}

function toAttendee(row: AttendeeRow): Attendee {
  return {
    enrollmentId: row.enrollment_id,
    displayName: row.name,
    email: row.email,
    ticketType: row.ticket_type,
    status: row.status,
    checkIns: row.check_ins.map(toCheckIn),
  };
}
