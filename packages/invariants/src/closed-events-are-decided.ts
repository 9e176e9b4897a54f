import { type Invariant, OFFENDERS_SHOWN } from './invariant.ts';

/** Whoever was enrolled or changed after the run began is for the next run. */
export const closedEventsAreDecided: Invariant = {
  name: 'A successful closure leaves nobody undecided, other than people touched later',
  findOffenders: (db) =>
    db.query(
      `select e.event_id, e.enrollment_id, e.status, t.at as last_changed, r.started_at as run_started
       from (
         select event_id, max(started_at) as started_at
         from attendance.closure_runs where status = 'succeeded' group by event_id
       ) r
       join attendance.enrollments e on e.event_id = r.event_id and e.status in ('confirmed', 'checked_in')
       join attendance.transitions t
         on t.event_id = e.event_id and t.enrollment_id = e.enrollment_id and t.version = e.version
       where t.at < r.started_at
       limit $1`,
      [OFFENDERS_SHOWN],
    ),
};
