import type { Queryable, Statement } from '@turnout/runtime/postgres';

export interface DueEvent {
  eventId: string;
  endsAt: Date;
}

/**
 * When closure has something to do, of `attendance.events e`: the event is over, grace included, and was never closed,
 * or a run of it was cut off, or somebody in it is undecided.
 */
export const closureHasWork = `
  e.cancelled_at is null
  and e.ends_at + make_interval(mins => e.closure_grace_minutes) < now()
  and (
    e.closed_at is null
    or e.closure_epoch <> e.closed_epoch
    or exists (
      select from attendance.enrollments u
      where u.event_id = e.event_id and u.undecided
    )
  )`;

/** Until when closure waits for devices, of `attendance.events e`, if there is one to wait for. */
export const deviceGraceEnd = 'e.ends_at + make_interval(mins => e.device_grace_minutes)';

/** A device has reported scans that it still holds, and the time that the event gives it is not over. */
export const awaitsDevices = `
  e.device_grace_minutes > 0
  and ${deviceGraceEnd} >= now()
  and exists (
    select from attendance.device_watermarks w
    where w.event_id = e.event_id and w.pending_before is not null
  )`;

/** When the schedule closes an event by itself: it has work, and no device is waited for. */
export const closureIsDue = `${closureHasWork} and not (${awaitsDevices})`;

// `ends_at < now()` follows from the rest, and is what the index can be asked. The page goes on after an event by
// its own row, because an instant read here has lost its microseconds.
const findDue: Statement = {
  name: 'find_due_events',
  text: `
    select e.event_id, e.ends_at
    from attendance.events e
    where e.ends_at < now() and ${closureIsDue}
      and ($1::uuid is null
        or (e.ends_at, e.event_id) > (select p.ends_at, p.event_id from attendance.events p where p.event_id = $1))
    order by e.ends_at, e.event_id
    limit $2`,
};

const isDue: Statement = {
  name: 'is_closure_due',
  text: `select 1 from attendance.events e where e.event_id = $1 and ${closureIsDue}`,
};

/** Whether the schedule would still close this event. */
export async function isClosureDue(db: Queryable, eventId: string): Promise<boolean> {
  return (await db.query(isDue, [eventId])).length > 0;
}

/**
 * One page of the events that closure has something to do for, those that ended first first, by the database's clock.
 */
export async function findDueEvents(
  db: Queryable,
  { after, limit }: { after: string | null; limit: number },
): Promise<DueEvent[]> {
  const rows = await db.query<{ event_id: string; ends_at: Date }>(findDue, [after, limit]);
  return rows.map(({ event_id, ends_at }) => ({ eventId: event_id, endsAt: ends_at }));
}

const countDue: Statement = {
  name: 'count_due_events',
  text: `
    select count(*)::int as events,
      coalesce(extract(epoch from max(
        clock_timestamp() - e.ends_at - make_interval(mins => e.closure_grace_minutes))), 0)::float as longest
    from attendance.events e
    where e.ends_at < now() and ${closureIsDue}`,
};

/** How many events are due, and for how many seconds the one that waits longest has been; 0 when there is none. */
export async function countDueEvents(db: Queryable): Promise<{ events: number; longestSeconds: number }> {
  const [found] = await db.query<{ events: number; longest: number }>(countDue);
  return { events: found?.events ?? 0, longestSeconds: found?.longest ?? 0 };
}
