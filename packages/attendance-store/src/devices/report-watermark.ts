import type { Queryable, Statement } from '@turnout/runtime/postgres';

/** What a device says of the scans of one event that it has not uploaded. */
export interface Watermark {
  eventId: string;
  deviceId: string;
  /** It still holds scans that were made before this time; null: it holds none. */
  pendingBefore: Date | null;
  /** How long ago the report reached us, in milliseconds. */
  ageMs: number;
}

const upsertWatermark: Statement = {
  name: 'upsert_device_watermark',
  text: `
    insert into attendance.device_watermarks as known (event_id, device_id, pending_before, reported_at)
    values ($1, $2, $3, clock_timestamp() - make_interval(secs => $4::float8 / 1000))
    on conflict (event_id, device_id) do update
    set pending_before = excluded.pending_before, reported_at = excluded.reported_at
    where known.reported_at <= excluded.reported_at`,
};

/**
 * Keeps what a device reports. To be called once the scans that came with the report are committed, so that "it holds
 * none" is never known ahead of them.
 *
 * The report that reached us last counts, by the time of its arrival on the database's clock: one that took longer to
 * record than a later one does not undo it. Nothing that a device's clock says is compared. A repeat counts as a report
 * of its own, since a device that sends one again says what it holds now.
 */
export async function reportWatermark(db: Queryable, watermark: Watermark): Promise<void> {
  const { eventId, deviceId, pendingBefore, ageMs } = watermark;
  await db.query(upsertWatermark, [eventId, deviceId, pendingBefore, ageMs]);
}
