import type { Status } from '@turnout/attendance/enrollment';
import type { OrderStatus } from '@turnout/attendance/order';
import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { changedSince } from './changed-since.ts';

/** What an offline device needs to know of one ticket, before anything of it is sealed. */
export interface RosterPerson {
  enrollmentId: string;
  accessCode: string;
  displayName: string;
  ticketType: string | null;
  status: Status;
  version: number;
  /** Codes it had until then; only of changes. */
  withdrawnCodes: string[];
  /** Null without an order. */
  orderStatus: OrderStatus | null;
  /** Those that count and were let in, by the time made; the latest {@link ENTRIES_KNOWN} at most. */
  entries: { day: string; scannedAt: Date; station: string | null }[];
}

export interface RosterPage {
  organizationId: string;
  eventId: string;
  /** Only what has changed since; everybody for null. */
  since: Date | null;
  /** The last enrollment of the page before. */
  after: string | null;
  limit: number;
}

export const ENTRIES_KNOWN = 50;

const everybody: Statement = {
  name: 'roster_of_everybody',
  text: rosterOf('', "'[]'::json"),
};

const changed: Statement = {
  name: 'roster_of_changes',
  text: rosterOf(
    `and enrollment_id in (${changedSince})`,
    `(
      select coalesce(json_agg(access_code), '[]') from attendance.withdrawn_codes w
      where w.event_id = e.event_id and w.enrollment_id = e.enrollment_id and w.withdrawn_at >= $4
    )`,
  ),
};

/** $1 event, $2 the enrollment before, $3 limit. */
function rosterOf(condition: string, withdrawnCodes: string): string {
  return `
    select e.enrollment_id, e.access_code, p.name, e.ticket_type, e.status, e.version, o.status as order_status,
      entered.entries, ${withdrawnCodes} as withdrawn_codes
    from (
      select * from attendance.enrollments
      where event_id = $1 and enrollment_id > $2 ${condition}
      order by enrollment_id
      limit $3
    ) e
    join attendance.participants p using (organization_id, participant_id)
    left join attendance.orders o on o.event_id = e.event_id and o.enrollment_id = e.enrollment_id
    cross join lateral (
      select json_agg(json_build_object('day', day, 'scannedAt', scanned_at, 'station', station)
        order by scanned_at, recorded_at, check_in_id) as entries
      from (
        select * from attendance.check_ins c
        where c.event_id = e.event_id and c.enrollment_id = e.enrollment_id
          and direction = 'entry' and annulled_at is null and not turned_away
        order by scanned_at desc, recorded_at desc, check_in_id desc
        limit ${ENTRIES_KNOWN}
      ) latest
    ) entered
    order by e.enrollment_id`;
}

interface PersonRow {
  enrollment_id: string;
  access_code: string;
  name: string;
  ticket_type: string | null;
  status: Status;
  version: number;
  order_status: OrderStatus | null;
  withdrawn_codes: string[];
  entries: { day: string; scannedAt: string; station: string | null }[] | null;
}

/** A page of the people of an event, or of those of whom a device should hear again; by enrollment id. */
export async function loadRoster(db: Queryable, page: RosterPage): Promise<RosterPerson[]> {
  const { organizationId, eventId, since, after, limit } = page;
  const place = [eventId, after ?? LOWEST_ID, limit];
  const rows =
    since === null
      ? await db.query<PersonRow>(everybody, place)
      : await db.query<PersonRow>(changed, [...place, since, organizationId]);
  return rows.map((row) => ({
    enrollmentId: row.enrollment_id,
    accessCode: row.access_code,
    displayName: row.name,
    ticketType: row.ticket_type,
    status: row.status,
    version: row.version,
    withdrawnCodes: row.withdrawn_codes,
    orderStatus: row.order_status,
    entries: (row.entries ?? []).map((entry) => ({ ...entry, scannedAt: new Date(entry.scannedAt) })),
  }));
}
