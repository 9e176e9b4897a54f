import type { Status } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type NamedEnrollments, namedEnrollments } from '../loading/named-enrollments.ts';
import type { Selection } from '../selection.ts';

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
  name: string;
}

/** The event of a closure run has been taken over by a later run, which finishes the work. */
export class OvertakenError extends Error {
  constructor(eventId: string, epoch: number) {
    super(`closure ${epoch} of event ${eventId} was overtaken by a later one`);
  }
}

const columns = `
  event_id, enrollment_id, organization_id, participant_id, status, version, verdict_by, cancelled_at, access_code,
  ticket_type`;

const withName = `cross join lateral (
      select name from attendance.participants p
      where p.organization_id = e.organization_id and p.participant_id = e.participant_id offset 0
    ) p`;

// Everybody locks in the order of enrollment ids, so two changes of the same people wait for each other instead of
// deadlocking. Each row is locked by a subquery of its own: while a row lock is waited for, PostgreSQL checks the row
// against its query again, and `in (select ... from unnest(...))` finds only its first ticket then: of ten held tickets
// of an upload, nine were not found.
const lockNamedStatement: Statement = {
  name: 'lock_enrollments',
  text: `
    select e.*, p.name
    from (select enrollment_id from ${namedEnrollments} order by enrollment_id offset 0) wanted
    cross join lateral (
      select ${columns}
      from attendance.enrollments
      where event_id = $1 and enrollment_id = wanted.enrollment_id and organization_id = $4
      for update
    ) e
    ${withName}`,
};

/** Sorts before every id, so that the condition is a bound of the index also for the first batch. */
const beforeAll = '00000000-0000-0000-0000-000000000000';

const shareFence: Statement = {
  name: 'share_closure_fence',
  text: `
    select 1 from attendance.events
    where event_id = $1 and closure_epoch = $2
    for share`,
};

const lockUndecidedStatement: Statement = {
  name: 'lock_undecided_enrollments',
  text: `
    select e.*, p.name
    from (
      select ${columns}
      from attendance.enrollments
      where event_id = $1 and undecided and enrollment_id > $2
      order by enrollment_id
      limit $3
      for update
    ) e
    ${withName}
    order by e.enrollment_id`,
};

/**
 * Locks enrollments of the organization's event and answers them as they are then. One that nobody has is not among them;
 * nor need one that was named by its code still have that code.
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

/**
 * Locks the next enrollments that a closure run has to judge.
 *
 * @throws OvertakenError when the event has a newer run
 */
export async function lockUndecided(
  tx: Tx,
  { eventId, epoch, after, limit }: Extract<Selection, { by: 'undecided' }>,
): Promise<EnrollmentRow[]> {
  const [fence, rows] = await Promise.all([
    tx.query(shareFence, [eventId, epoch]),
    tx.query<EnrollmentRow>(lockUndecidedStatement, [eventId, after ?? beforeAll, limit]),
  ]);
  if (fence.length === 0) throw new OvertakenError(eventId, epoch);
  return rows;
}
