import {
  type EventClosureFailed,
  eventClosureFailedType,
} from '@turnout/contracts/events/event-closure-failed';
import { newId } from '@turnout/runtime/ids';
import type { Db, Statement, Tx } from '@turnout/runtime/postgres';
import { announceEventFact } from './announce-event-fact.ts';
import type { ClosureOrder } from './begin-closure-run.ts';
import type { ClosureRun } from './closure-run.ts';
import { countRunVerdicts } from './count-run-verdicts.ts';

export interface ClosureFailure {
  /** A sentence that anybody of the organization may read: no stack, no SQL, no name of a library. */
  error: string;
  attempts: number;
}

const failRun: Statement = {
  name: 'fail_closure_run',
  text: `
    update attendance.closure_runs
    set status = 'failed', finished_at = clock_timestamp(), error = $3, attempts = $4, attended = $5, no_show = $6
    where event_id = $1 and run_id = $2 and status = 'running'
    returning finished_at`,
};

const insertFailedRun: Statement = {
  name: 'insert_failed_closure_run',
  text: `
    insert into attendance.closure_runs
      (event_id, run_id, organization_id, trigger, status, epoch, attempts, error, started_at, finished_at)
    select event_id, $2, organization_id, $3, 'failed', closure_epoch, $4, $5, now(), clock_timestamp()
    from attendance.events where event_id = $1
    returning organization_id, epoch, finished_at`,
};

/**
 * Gives a run up: it has failed, and EventClosureFailed is enqueued in the same transaction. The event stays due.
 *
 * @returns false when the run was over already, because a later one has overtaken it; nothing is written then
 */
export async function failClosureRun(db: Db, run: ClosureRun, failure: ClosureFailure): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const failedAt = await markFailed(tx, run, failure);
    if (failedAt === null) return false;
    await announceFailure(tx, run, failure, failedAt);
    return true;
  });
}

/**
 * Ends a run that something other than a failure stopped. Nothing is announced, and a run that is over stays as it is.
 */
export async function abandonClosureRun(db: Db, run: ClosureRun, failure: ClosureFailure): Promise<void> {
  await db.transaction(async (tx) => await markFailed(tx, run, failure));
}

/** Leaves the row of a run that could not even begin, and announces it like any other failure. */
export async function recordUnbegunRun(
  db: Db,
  order: Pick<ClosureOrder, 'eventId' | 'trigger'>,
  failure: ClosureFailure,
): Promise<void> {
  await db.transaction(async (tx) => {
    const id = newId();
    const { eventId, trigger } = order;
    const { attempts, error } = failure;
    const values = [eventId, id, trigger, attempts, error];
    const [row] = await tx.query<FailedRow & { organization_id: string; epoch: number }>(
      insertFailedRun,
      values,
    );
    if (!row) return;
    const run = { id, eventId, trigger, organizationId: row.organization_id, epoch: row.epoch };
    await announceFailure(tx, run, failure, row.finished_at);
  });
}

async function markFailed(tx: Tx, run: ClosureRun, failure: ClosureFailure): Promise<Date | null> {
  const { attended, noShow } = await countRunVerdicts(tx, run);
  const values = [run.eventId, run.id, failure.error, failure.attempts, attended, noShow];
  const [row] = await tx.query<FailedRow>(failRun, values);
  return row?.finished_at ?? null;
}

async function announceFailure(
  tx: Tx,
  run: ClosureRun,
  { attempts }: ClosureFailure,
  failedAt: Date,
): Promise<void> {
  announceEventFact<EventClosureFailed>(tx, run, failedAt, eventClosureFailedType, {
    eventId: run.eventId,
    runId: run.id,
    attempts,
    failedAt: failedAt.toISOString(),
  });
}

interface FailedRow {
  finished_at: Date;
}
