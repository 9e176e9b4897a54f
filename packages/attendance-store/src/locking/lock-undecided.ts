import type { Status } from '@turnout/attendance/enrollment';
import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { UndecidedSelection } from '../selection.ts';

export interface UndecidedRow {
  event_id: string;
  enrollment_id: string;
  organization_id: string;
  participant_id: string;
  status: Status;
  version: number;
}

/** The event of a closure run has been taken over by a later run, which finishes the work. */
export class OvertakenError extends Error {
  constructor(eventId: string, epoch: number) {
    super(`closure ${epoch} of event ${eventId} was overtaken by a later one`);
  }
}

const shareFence: Statement = {
  name: 'share_closure_fence',
  text: `
    select 1 from attendance.events
    where event_id = $1 and closure_epoch = $2
    for share`,
};

// In the order of enrollment ids, like everybody else who locks them.
const lockNext: Statement = {
  name: 'lock_undecided_enrollments',
  text: `
    select event_id, enrollment_id, organization_id, participant_id, status, version
    from attendance.enrollments
    where event_id = $1 and undecided and enrollment_id > $2
    order by enrollment_id
    limit $3
    for update`,
};

/**
 * Locks the next enrollments that a closure run has to judge.
 *
 * @throws OvertakenError when the event has a newer run
 */
export async function lockUndecided(
  tx: Tx,
  { eventId, epoch, after, limit }: UndecidedSelection,
): Promise<UndecidedRow[]> {
  const [fence, rows] = await Promise.all([
    tx.query(shareFence, [eventId, epoch]),
    tx.query<UndecidedRow>(lockNext, [eventId, after ?? LOWEST_ID, limit]),
  ]);
  if (fence.length === 0) throw new OvertakenError(eventId, epoch);
  return rows;
}
