import type { CheckIn } from '@turnout/attendance/enrollment';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { namedEnrollments } from './named-enrollments.ts';

const columns = `
  c.enrollment_id, c.check_in_id, c.day, c.scanned_at, c.recorded_at, c.station, c.direction, c.source, c.device_id,
  c.annulled_at, c.turned_away`;

/** The rows of all check-ins of {@link namedEnrollments}. */
export const checkInsOfNamed = `
  select ${columns}
  from ${namedEnrollments}
  cross join lateral (
    select * from attendance.check_ins where event_id = $1 and enrollment_id = named.enrollment_id offset 0
  ) c
  order by c.recorded_at, c.check_in_id`;

const loadOfEnrollments: Statement = {
  name: 'load_check_ins',
  text: `
    select ${columns}
    from unnest($1::uuid[], $2::uuid[]) as t (event_id, enrollment_id)
    join attendance.check_ins c on c.event_id = t.event_id and c.enrollment_id = t.enrollment_id
    order by c.recorded_at, c.check_in_id`,
};

/** Instants are text where the row came as JSON. */
export interface CheckInRow {
  enrollment_id: string;
  check_in_id: string;
  day: string;
  scanned_at: Date | string;
  recorded_at: Date | string;
  station: string | null;
  direction: 'entry' | 'exit';
  source: 'scan' | 'override';
  device_id: string;
  annulled_at: Date | string | null;
  turned_away: boolean;
}

/** All check-ins of these enrollments, in the order in which they were recorded, by enrollment id. */
export async function loadCheckIns(
  db: Queryable,
  enrollments: readonly { event_id: string; enrollment_id: string }[],
): Promise<Map<string, CheckIn[]>> {
  if (enrollments.length === 0) return new Map();
  const keys = [
    enrollments.map(({ event_id }) => event_id),
    enrollments.map(({ enrollment_id }) => enrollment_id),
  ];
  return toCheckIns(await db.query<CheckInRow>(loadOfEnrollments, keys));
}

/** Check-ins by enrollment id, in the order of the rows. */
export function toCheckIns(rows: readonly CheckInRow[]): Map<string, CheckIn[]> {
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
    scannedAt: new Date(row.scanned_at),
    recordedAt: new Date(row.recorded_at),
    station: row.station,
    direction: row.direction,
    source: row.source,
    deviceId: row.device_id,
    annulledAt: row.annulled_at === null ? null : new Date(row.annulled_at),
    turnedAway: row.turned_away,
  };
}
