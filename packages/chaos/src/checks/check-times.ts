import type { Stage } from '../stage.ts';

const TOLERANCE_MS = 5_000;

/** Times of record lie within the run, whatever the clock of a service said, and nothing was closed before its end. */
export async function checkTimes({ db }: Stage, beganAt: Date): Promise<string[]> {
  const rows = await db.query<{ what: string; at: Date }>(OUTSIDE, [
    new Date(beganAt.getTime() - TOLERANCE_MS),
    new Date(Date.now() + TOLERANCE_MS),
  ]);
  const early = await db.query<{ event_id: string }>(CLOSED_EARLY);
  return [
    ...rows.map(({ what, at }) => `a time of record is wrong: ${what} at ${at.toISOString()}`),
    ...early.map(({ event_id }) => `the event ${event_id} was closed before its end`),
  ];
}

const OUTSIDE = `
  select what, at from (
    select 'check-in' as what, recorded_at as at from attendance.check_ins
    union all select 'annulment', annulled_at from attendance.check_ins
    union all select 'scan', recorded_at from attendance.scans
    union all select 'transition to ' || to_status, at from attendance.transitions
    union all select 'attended', attended_at from attendance.enrollments
    union all select 'closure run', started_at from attendance.closure_runs
    union all select 'closed event', closed_at from attendance.events
    union all select 'received event', received_at from notifier.inbox
    union all select 'sent mail', sent_at from notifier.deliveries
  ) recorded
  where at not between $1 and $2
  limit 20`;

const CLOSED_EARLY = `
  select distinct e.event_id from attendance.events e
  join attendance.closure_runs r using (event_id)
  where r.started_at < e.ends_at and e.closed_at is not null
  limit 20`;
