import { type Invariant, OFFENDERS_SHOWN } from './invariant.ts';

export const nobodyCountsTwice: Invariant = {
  name: 'Nobody is counted as inside, present or attended more than once',
  findOffenders: async (db) => [
    ...(await db.query(
      `select event_id, participant_id, count(*) as enrollments, 'enrolled more than once' as problem
       from attendance.enrollments group by event_id, participant_id having count(*) > 1 limit $1`,
      [OFFENDERS_SHOWN],
    )),
    ...(await db.query(
      `select event_id, scan_id, count(c.check_in_id) as check_ins, 'not one check-in for one accepted scan' as problem
       from (select event_id, scan_id from attendance.scans where kind = 'check_in' and refusal is null) s
       full join (select event_id, scan_id, check_in_id from attendance.check_ins where source = 'scan') c
         using (event_id, scan_id)
       group by event_id, scan_id having count(c.check_in_id) <> 1 or count(s.*) <> 1
       limit $1`,
      [OFFENDERS_SHOWN],
    )),
    ...(await db.query(
      `select s.event_id, s.enrollment_id, s.firsts, coalesce(c.annulled, 0) as annulled,
         'admitted for the first time more than once' as problem
       from (
         select event_id, enrollment_id, count(*) as firsts from attendance.scans
         where kind = 'check_in' and answer_body ->> 'outcome' = 'first' group by event_id, enrollment_id
       ) s
       left join (
         select event_id, enrollment_id, count(*) as annulled from attendance.check_ins
         where annulled_at is not null group by event_id, enrollment_id
       ) c using (event_id, enrollment_id)
       where s.firsts > 1 + coalesce(c.annulled, 0)
       limit $1`,
      [OFFENDERS_SHOWN],
    )),
  ],
};
