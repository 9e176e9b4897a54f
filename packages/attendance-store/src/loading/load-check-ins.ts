import type { CheckIn } from '@turnout/attendance/enrollment';
import { jsonOf } from '../json-of.ts';
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

/** All check-ins of the enrollment in the row `e`, in the order in which they were recorded, as one value. */
export const checkInsOfRow = jsonOf(`
  select ${columns} from attendance.check_ins c
  where c.event_id = e.event_id and c.enrollment_id = e.enrollment_id
  order by c.recorded_at, c.check_in_id`);

/** A check-in as JSON: instants are text. */
export interface CheckInRow {
  enrollment_id: string;
  check_in_id: string;
  day: string;
  scanned_at: string;
  recorded_at: string;
  station: string | null;
  direction: 'entry' | 'exit';
  source: 'scan' | 'override';
  device_id: string;
  annulled_at: string | null;
  turned_away: boolean;
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

/** A check-in as the rules know it. */
export function toCheckIn(row: CheckInRow): CheckIn {
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
