import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { awaitsDevices, closureHasWork, deviceGraceEnd } from './find-due-events.ts';

/** An event that would be due, if devices did not still hold scans of it. */
export interface WaitingEvent {
  eventId: string;
  /** How many have reported that they do. */
  devices: number;
  /** When it is closed without them. */
  waitsUntil: Date;
  /** How long that is from now, in milliseconds, by the database's clock. */
  waitsForMs: number;
}

// The instant of the page before has lost its microseconds, so the page goes on after that event's own row.
const findWaiting: Statement = {
  name: 'find_waiting_events',
  text: `
    select e.event_id, ${deviceGraceEnd} as waits_until,
      extract(epoch from ${deviceGraceEnd} - now())::float8 * 1000 as waits_for_ms,
      (select count(*) from attendance.device_watermarks w
       where w.event_id = e.event_id and w.pending_before is not null) as devices
    from attendance.events e
    where e.ends_at < now() and ${closureHasWork} and ${awaitsDevices}
      and ($1::uuid is null
        or (e.ends_at, e.event_id) > (select p.ends_at, p.event_id from attendance.events p where p.event_id = $1))
    order by e.ends_at, e.event_id
    limit $2`,
};

/** One page of the events whose closure waits for devices, those that ended first first. */
export async function findWaitingEvents(
  db: Queryable,
  { after, limit }: { after: string | null; limit: number },
): Promise<WaitingEvent[]> {
  const rows = await db.query<{
    event_id: string;
    devices: number;
    waits_until: Date;
    waits_for_ms: number;
  }>(findWaiting, [after, limit]);
  return rows.map((row) => ({
    eventId: row.event_id,
    devices: row.devices,
    waitsUntil: row.waits_until,
    waitsForMs: row.waits_for_ms,
  }));
}
