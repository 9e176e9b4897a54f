import type { Queryable, Statement } from '@turnout/runtime/postgres';

/** Scans of one device or of one station, made within a window; both ends are in it. */
export interface ScansMade {
  by: { deviceId: string } | { station: string };
  from: Date;
  to: Date;
}

const findToAnnul: Statement = {
  name: 'find_check_ins_to_annul',
  text: `
    select check_in_id, enrollment_id, count(*) over () as total
    from attendance.check_ins
    where event_id = $1 and source = 'scan' and annulled_at is null
      and ($2::uuid is null or device_id = $2) and ($3::text is null or station = $3)
      and scanned_at between $4 and $5
    limit $6`,
};

/**
 * The check-ins that such scans made and that still count, entries and exits, as of one snapshot: of an upload that is
 * being recorded it finds all or nothing. At most `limit` are listed; `total` counts all.
 */
export async function findCheckInsToAnnul(
  db: Queryable,
  eventId: string,
  { by, from, to }: ScansMade,
  limit: number,
): Promise<{ total: number; checkInIds: string[]; enrollmentIds: string[] }> {
  const rows = await db.query<{ check_in_id: string; enrollment_id: string; total: number }>(findToAnnul, [
    eventId,
    'deviceId' in by ? by.deviceId : null,
    'station' in by ? by.station : null,
    from,
    to,
    limit,
  ]);
  return {
    total: rows[0]?.total ?? 0,
    checkInIds: rows.map(({ check_in_id }) => check_in_id),
    enrollmentIds: [...new Set(rows.map(({ enrollment_id }) => enrollment_id))],
  };
}
