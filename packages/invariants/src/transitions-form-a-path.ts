import { moves } from '@turnout/attendance/moves';
import { type Invariant, OFFENDERS_SHOWN } from './invariant.ts';

const allowed = moves.flatMap(({ from, to, triggeredBy }) => triggeredBy.map((by) => ({ from, to, by })));

export const transitionsFormAPath: Invariant = {
  name: 'The transitions of an enrollment form a path that the table of moves allows',
  findOffenders: (db) =>
    db.query(
      `select event_id, enrollment_id, version, from_status, to_status, triggered_by, came_from, came_version
       from (
         select *, lag(to_status) over path as came_from, lag(version, 1, 0) over path as came_version
         from attendance.transitions
         window path as (partition by event_id, enrollment_id order by version)
       ) t
       where from_status is distinct from came_from
         or version <> came_version + 1
         or not exists (
           select from unnest($1::text[], $2::text[], $3::text[]) as m (from_status, to_status, triggered_by)
           where m.from_status is not distinct from t.from_status
             and m.to_status = t.to_status and m.triggered_by = t.triggered_by
         )
       limit $4`,
      [
        allowed.map(({ from }) => from),
        allowed.map(({ to }) => to),
        allowed.map(({ by }) => by),
        OFFENDERS_SHOWN,
      ],
    ),
};
