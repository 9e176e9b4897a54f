import type { CheckIn } from '@turnout/attendance/enrollment';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { type NamedEnrollments, namedEnrollments } from './named-enrollments.ts';

const columns = `
  c.enrollment_id, c.check_in_id, c.day, c.scanned_at, c.recorded_at, c.station, c.direction, c.source, c.device_id,
  c.annulled_at, c.turned_away`;

const loadOfEvent: Statement = {
  name: 'load_check_ins_of_event',
  text: `
    select ${columns}
    from ${namedEnrollments}
    cross join lateral (
      select * from attendance.check_ins where event_id = $1 and enrollment_id = named.enrollment_id offset 0
    ) c
    order by c.recorded_at, c.check_in_id`,
};

const loadOfEnrollments: Statement = {
  name: 'load_check_ins',
  text: `
    select ${columns}
    from unnest($1::uuid[], $2::uuid[]) as t (event_id, enrollment_id)
    join attendance.check_ins c on c.event_id = t.event_id and c.enrollment_id = t.enrollment_id
    order by c.recorded_at, c.check_in_id`,
};

interface CheckInRow {
  enrollment_id: string;
  check_in_id: string;
  day: string;
  scanned_at: Date;
  recorded_at: Date;
  station: string | null;
  direction: 'entry' | 'exit';
  source: 'scan' | 'override';
  device_id: string;
  annulled_at: Date | null;
  turned_away: boolean;
}

/** All check-ins of these enrollments of one event, in the order in which they were recorded, by enrollment id. */
export async function loadCheckInsOfEvent(
  db: Queryable,
  eventId: string,
  { enrollmentIds, accessCodes }: NamedEnrollments,
): Promise<Map<string, CheckIn[]>> {
  return byEnrollment(await db.query<CheckInRow>(loadOfEvent, [eventId, enrollmentIds, accessCodes]));
}

/** The same for enrollments of any events. */
export async function loadCheckIns(
  db: Queryable,
  enrollments: readonly { event_id: string; enrollment_id: string }[],
): Promise<Map<string, CheckIn[]>> {
  if (enrollments.length === 0) return new Map();
  const keys = [
    enrollments.map(({ event_id }) => event_id),
    enrollments.map(({ enrollment_id }) => enrollment_id),
  ];
  return byEnrollment(await db.query<CheckInRow>(loadOfEnrollments, keys));
}

function byEnrollment(rows: readonly CheckInRow[]): Map<string, CheckIn[]> {
  const found = new Map<string, CheckIn[]>();
  for (const row of rows) {
    const checkIns = found.get(row.enrollment_id);
    if (checkIns) checkIns.push(toCheckIn(row));
    else found.set(row.enrollment_id, [toCheckIn(row)]);
  }
  return found;
}

function toCheckIn(row: CheckInRow): CheckIn {
  return {
    id: row.check_in_id,
    day: row.day,
    scannedAt: row.scanned_at,
    recordedAt: row.recorded_at,
    station: row.station,
    direction: row.direction,
    source: row.source,
    deviceId: row.device_id,
    annulledAt: row.annulled_at,
    turnedAway: row.turned_away,
  };
}
