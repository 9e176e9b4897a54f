import type { Queryable, Statement } from '@turnout/runtime/postgres';

/** A device that has reported how far it has uploaded its scans of an event. */
export interface ReportingDevice {
  deviceId: string;
  deviceLabel: string | null;
  /** It still holds scans that were made before this time; null: it holds none. */
  pendingBefore: Date | null;
  /** When its last report reached us. */
  reportedAt: Date;
}

const listReporting: Statement = {
  name: 'list_reporting_devices',
  text: `
    select w.device_id, t.label, w.pending_before, w.reported_at
    from attendance.device_watermarks w
    left join access.tokens t on t.token_id = w.device_id
    where w.event_id = $1 and ($2::uuid is null or w.device_id > $2)
    order by w.device_id
    limit $3`,
};

/** The devices that have reported about an event, in the order of their ids. */
export async function listDevices(
  db: Queryable,
  { eventId, after, limit }: { eventId: string; after: string | null; limit: number },
): Promise<ReportingDevice[]> {
  const rows = await db.query<{
    device_id: string;
    label: string | null;
    pending_before: Date | null;
    reported_at: Date;
  }>(listReporting, [eventId, after, limit]);
  return rows.map((row) => ({
    deviceId: row.device_id,
    deviceLabel: row.label,
    pendingBefore: row.pending_before,
    reportedAt: row.reported_at,
  }));
}
