/**
 * The enrollments of an event ($1) of an organization ($5) of which a roster says something else than at a time ($4):
 * enrolled, moved, checked in, annulled, turned away, paid, renamed, given another ticket or code. Times of record are
 * taken before the commit, so whoever asks goes back a little. A page asks for those after an enrollment ($2), so that
 * each costs less than the one before.
 *
 * A check-in that is no scan comes with a move, so the scans and the audit trail know of all of them.
 */
export const changedSince = `
  select enrollment_id from attendance.transitions where event_id = $1 and at >= $4 and enrollment_id > $2
  union
  select enrollment_id from attendance.scans
  where event_id = $1 and recorded_at >= $4 and kind = 'check_in' and refusal is null and enrollment_id > $2
  union
  select enrollment_id from attendance.check_ins
  where event_id = $1 and enrollment_id > $2 and annulled_at >= $4
  union
  select enrollment_id from attendance.check_ins
  where event_id = $1 and enrollment_id > $2 and turned_away_at >= $4
  union
  select enrollment_id from attendance.orders where event_id = $1 and enrollment_id > $2 and changed_at >= $4
  union
  select enrollment_id from attendance.enrollments where event_id = $1 and enrollment_id > $2 and changed_at >= $4
  union
  select x.enrollment_id
  from attendance.participants renamed
  join attendance.enrollments x using (organization_id, participant_id)
  where renamed.organization_id = $5 and renamed.changed_at >= $4 and x.event_id = $1 and x.enrollment_id > $2`;
