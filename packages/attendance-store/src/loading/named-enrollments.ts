/** Enrollments of one event by their ids, or by the codes that scans read. */
export interface NamedEnrollments {
  enrollmentIds: readonly string[];
  accessCodes: readonly string[];
}

/**
 * The ids of the enrollments that `$2` (ids) and `$3` (codes) name in the event `$1`, as `named (enrollment_id)`: what
 * a statement can ask for before anybody knows whose the codes are.
 *
 * `offset 0`, here and where this is joined, makes PostgreSQL look up each one by its key. Left to itself it goes by
 * its statistics; of an event that has just begun they say that it has no check-ins, so that reading all of them looks
 * cheapest.
 */
export const namedEnrollments = `
  (
    select unnest($2::uuid[])
    union
    select e.enrollment_id
    from unnest($3::text[]) as code
    cross join lateral (
      select enrollment_id from attendance.enrollments where event_id = $1 and access_code = code offset 0
    ) e
  ) as named (enrollment_id)`;
