import type { CheckIn } from '@turnout/attendance/enrollment';
import type { Queryable, Statement } from '@turnout/runtime/postgres';

const loadCheckInsOf: Statement = {
  name: 'load_check_ins',
  text: `
    select c.enrollment_id, c.check_in_id, c.day, c.scanned_at, c.recorded_at, c.station, c.direction, c.source,
      c.device_id, c.annulled_at, c.turned_away
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

/** All check-ins of these enrollments, in the order in which they were recorded, by enrollment id. */
export async function loadCheckIns(
  db: Queryable,
  enrollments: readonly { event_id: string; enrollment_id: string }[],
): Promise<Map<string, CheckIn[]>> {
  const found = new Map<string, CheckIn[]>();
  if (enrollments.length === 0) return found;
  const rows = await db.query<CheckInRow>(loadCheckInsOf, [
    enrollments.map(({ event_id }) => event_id),
    enrollments.map(({ enrollment_id }) => enrollment_id),
  ]);
  for (const row of rows) {
    const checkIns = found.get(row.enrollment_id) ?? [];
    checkIns.push(toCheckIn(row));
    found.set(row.enrollment_id, checkIns);
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
