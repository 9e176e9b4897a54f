import { type Invariant, OFFENDERS_SHOWN } from './invariant.ts';

export const noTicketWasUnknown: Invariant = {
  name: 'No scan was answered unknown_code for a ticket that the event had at that time',
  findOffenders: (db) =>
    db.query(
      `select s.event_id, s.scan_id, e.enrollment_id, s.recorded_at, e.created_at as enrolled_at
       from attendance.scans s
       join attendance.enrollments e on e.event_id = s.event_id
         and (e.access_code = s.access_code or e.enrollment_id = s.named_enrollment_id)
       where s.refusal = 'unknown_code' and e.created_at < s.recorded_at - interval '1 second'
       limit $1`,
      [OFFENDERS_SHOWN],
    ),
};
