import type { Status } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type NamedEnrollments, namedEnrollments } from '../loading/named-enrollments.ts';

export interface EnrollmentRow {
  event_id: string;
  enrollment_id: string;
  organization_id: string;
  participant_id: string;
  status: Status;
  version: number;
  verdict_by: 'rule' | 'override' | null;
  cancelled_at: Date | null;
  access_code: string;
  ticket_type: string | null;
}

const columns = `
  event_id, enrollment_id, organization_id, participant_id, status, version, verdict_by, cancelled_at, access_code,
  ticket_type`;

// Everybody locks in the order of enrollment ids, so two changes of the same people wait for each other instead of
// deadlocking. Each row is locked by a subquery of its own: while a row lock is waited for, PostgreSQL checks the row
// against its query again, and `in (select ... from unnest(...))` finds only its first ticket then: of ten held tickets
// of an upload, nine were not found.
const lockNamedStatement: Statement = {
  name: 'lock_enrollments',
  text: `
    select e.*
    from (select enrollment_id from ${namedEnrollments} order by enrollment_id offset 0) wanted
    cross join lateral (
      select ${columns}
      from attendance.enrollments
      where event_id = $1 and enrollment_id = wanted.enrollment_id and organization_id = $4
      for update
    ) e`,
};

/**
 * Locks enrollments of the organization's event and answers them as they are then. One that nobody has is not among
 * them; nor need one that was named by its code still have that code.
 */
export async function lockNamed(
  tx: Tx,
  { eventId, organizationId }: { eventId: string; organizationId: string },
  { enrollmentIds, accessCodes }: NamedEnrollments,
): Promise<EnrollmentRow[]> {
  return await tx.query<EnrollmentRow>(lockNamedStatement, [
    eventId,
    enrollmentIds,
    accessCodes,
    organizationId,
  ]);
}
