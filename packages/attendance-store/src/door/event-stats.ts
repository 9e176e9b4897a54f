import type { Status } from '@turnout/attendance/enrollment';
import type { Db, Statement, Tx } from '@turnout/runtime/postgres';
import { atOneInstant } from '@turnout/runtime/postgres-snapshot';

export interface EventStats {
  byStatus: Record<Status, number>;
  checkInsByDay: { day: string; checkIns: number; people: number }[];
  checkInsByStation: { station: string | null; checkIns: number; people: number }[];
  insideNow: number;
}

export const countByStatus: Statement = {
  name: 'count_by_status',
  text: 'select status, count(*) from attendance.enrollments where event_id = $1 group by status',
};

const countByDay: Statement = {
  name: 'count_check_ins_by_day',
  text: `
    select day, count(*) as check_ins, count(distinct enrollment_id) as people
    from attendance.check_ins
    where event_id = $1 and direction = 'entry' and annulled_at is null
    group by day order by day`,
};

const countByStation: Statement = {
  name: 'count_check_ins_by_station',
  text: `
    select station, count(*) as check_ins, count(distinct enrollment_id) as people
    from attendance.check_ins
    where event_id = $1 and direction = 'entry' and annulled_at is null
    group by station order by station nulls last`,
};

// Inside is whose latest movement, by the time of the scan, was an entry: each person once. Of two in one instant the
// exit counts, so that the order of upload changes nothing. Whoever was turned away has not moved.
export const countInside: Statement = {
  name: 'count_inside',
  text: `
    select count(*) from (
      select distinct on (enrollment_id) direction
      from attendance.check_ins
      where event_id = $1 and annulled_at is null and not turned_away
      order by enrollment_id, scanned_at desc, direction desc
    ) latest
    where direction = 'entry'`,
};

interface CountRow {
  check_ins: number;
  people: number;
}

/** How an event stands right now, all figures as of one instant. Annulled check-ins count for nothing. */
export async function eventStats(db: Db, eventId: string): Promise<EventStats> {
  return await atOneInstant(db, (tx) => readStats(tx, eventId));
}

async function readStats(tx: Tx, eventId: string): Promise<EventStats> {
  const statuses = await tx.query<{ status: Status; count: number }>(countByStatus, [eventId]);
  const days = await tx.query<CountRow & { day: string }>(countByDay, [eventId]);
  const stations = await tx.query<CountRow & { station: string | null }>(countByStation, [eventId]);
  const [inside] = await tx.query<{ count: number }>(countInside, [eventId]);
  return {
    byStatus: toByStatus(statuses),
    checkInsByDay: days.map(({ day, check_ins, people }) => ({ day, checkIns: check_ins, people })),
    checkInsByStation: stations.map(({ station, check_ins, people }) => ({
      station,
      checkIns: check_ins,
      people,
    })),
    insideNow: inside?.count ?? 0,
  };
}

/** Every status with its number, also where there is none. */
export function toByStatus(counts: readonly { status: Status; count: number }[]): EventStats['byStatus'] {
  const byStatus = { confirmed: 0, checked_in: 0, attended: 0, no_show: 0, cancelled: 0 };
  for (const { status, count } of counts) byStatus[status] = count;
  return byStatus;
}
