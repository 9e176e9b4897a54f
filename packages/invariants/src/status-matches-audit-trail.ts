import { type Invariant, OFFENDERS_SHOWN } from './invariant.ts';

export const statusMatchesAuditTrail: Invariant = {
  name: "Each enrollment's status is where its last transition led, and its version is the number of its transitions",
  findOffenders: (db) =>
    db.query(
      `select e.event_id, e.enrollment_id, e.status, e.version, t.transitions, t.last_status
       from attendance.enrollments e
       left join (
         select event_id, enrollment_id, count(*) as transitions,
           (array_agg(to_status order by version desc))[1] as last_status
         from attendance.transitions group by event_id, enrollment_id
       ) t using (event_id, enrollment_id)
       where e.version is distinct from t.transitions or e.status is distinct from t.last_status
       limit $1`,
      [OFFENDERS_SHOWN],
    ),
};
