import type { Status } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
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
  e.event_id, e.enrollment_id, e.organization_id, e.participant_id, e.status, e.version, e.verdict_by,
  e.cancelled_at, e.access_code, e.ticket_type, p.name`;
const source = `
  attendance.enrollments e
  join attendance.participants p
    on p.organization_id = e.organization_id and p.participant_id = e.participant_id`;

const lockByIds: Statement = {
  name: 'lock_enrollments_by_id',
  text: `
    select ${columns} from ${source}
    where e.event_id = $1 and e.enrollment_id = any($2::uuid[]) and e.organization_id = $3
    order by e.enrollment_id
    for update of e`,
};

// Plain comparisons on purpose. While a row lock is waited for, PostgreSQL checks the row against the query again, and a
// subquery over unnest() finds only its first ticket then: of ten held tickets of an upload, nine were not found.
const lockTickets: Statement = {
  name: 'lock_enrollments_by_ticket',
  text: `
    select ${columns} from ${source}
    where e.event_id = $1 and e.organization_id = $2
      and (e.access_code = any($3::text[]) or e.enrollment_id = any($4::uuid[]))
    order by e.enrollment_id
    for update of e`,
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

const lockUndecided: Statement = {
  name: 'lock_undecided_enrollments',
  text: `
    select ${columns} from ${source}
    where e.event_id = $1 and e.status in ('confirmed', 'checked_in')
      and e.enrollment_id > $2
    order by e.enrollment_id
    limit $3
    for update of e`,
};

/**
 * Locks the selected enrollments and answers them as they are once the lock is held. Everybody locks in the order of
 * enrollment ids, so two changes of the same people wait for each other instead of deadlocking.
 *
 * What else a decision needs is read by a later statement: one that waits for a row lock sees that row anew, and
 * every other table as it was before the wait.
 *
 * @throws OvertakenError when a closure run selects and the event has a newer run
 */
export async function lockEnrollments(tx: Tx, selection: Selection): Promise<EnrollmentRow[]> {
  switch (selection.by) {
    case 'enrollments':
      return await tx.query<EnrollmentRow>(lockByIds, [
        selection.eventId,
        selection.enrollmentIds,
        selection.organizationId,
      ]);
    case 'tickets':
      return await tx.query<EnrollmentRow>(lockTickets, [
        selection.eventId,
        selection.organizationId,
        selection.tickets.map(({ accessCode }) => accessCode),
        selection.tickets.map(({ enrollmentId }) => enrollmentId),
      ]);
    case 'undecided': {
      const fence = await tx.query(shareFence, [selection.eventId, selection.epoch]);
      if (fence.length === 0) throw new OvertakenError(selection.eventId, selection.epoch);
      return await tx.query<EnrollmentRow>(lockUndecided, [
        selection.eventId,
        selection.after ?? beforeAll,
        selection.limit,
      ]);
    }
  }
}
