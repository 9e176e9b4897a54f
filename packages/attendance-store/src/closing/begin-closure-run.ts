import { newId } from '@turnout/runtime/ids';
import type { Db, Statement, Tx } from '@turnout/runtime/postgres';
import type { ClosureRun, ClosureTrigger } from './closure-run.ts';
import { isClosureDue } from './find-due-events.ts';
import { type ClosureRefusal, whyNotClosable } from './why-not-closable.ts';

export interface ClosureOrder {
  eventId: string;
  trigger: ClosureTrigger;
  /** A scheduler's look at what is due is old by the time a run begins: look again, once nobody else can close. */
  onlyIfDue: boolean;
  /** What else is to be written if and only if the run begins. */
  alongside?: (tx: Pick<Tx, 'send'>, run: { id: string; organizationId: string }) => void;
}

export type BeginRefusal = ClosureRefusal | { code: 'event_not_found' } | { code: 'not_due' };

export type Beginning =
  | { outcome: 'begun'; run: ClosureRun; undecided: number }
  | { outcome: 'refused'; refusal: BeginRefusal };

const lockEvent: Statement = {
  name: 'lock_event_for_closure',
  text: `
    select organization_id, ends_at, cancelled_at, clock_timestamp() as now
    from attendance.events where event_id = $1
    for no key update`,
};

const raiseFence: Statement = {
  name: 'raise_closure_fence',
  text: `
    with raised as (
      update attendance.events set closure_epoch = closure_epoch + 1 where event_id = $1 returning closure_epoch
    )
    insert into attendance.closure_runs (event_id, run_id, organization_id, trigger, status, epoch, started_at)
    select $1, $2, $3, $4, 'running', closure_epoch, clock_timestamp() from raised
    returning epoch`,
};

// What a dead run decided is in the audit trail. It is final: the fence is up.
const failOvertaken: Statement = {
  name: 'fail_overtaken_closure_runs',
  text: `
    update attendance.closure_runs r
    set status = 'failed', finished_at = clock_timestamp(), error = 'overtaken by run ' || $2::text,
      attended = (select count(*) from attendance.transitions t
        where t.event_id = r.event_id and t.cause = r.run_id::text and t.triggered_by = 'system' and t.to_status = 'attended'),
      no_show = (select count(*) from attendance.transitions t
        where t.event_id = r.event_id and t.cause = r.run_id::text and t.triggered_by = 'system' and t.to_status = 'no_show')
    where r.event_id = $1 and r.status = 'running' and r.run_id <> $2::uuid`,
};

const countUndecided: Statement = {
  name: 'count_undecided_enrollments',
  text: `
    select count(*) as undecided from attendance.enrollments
    where event_id = $1 and undecided`,
};

/**
 * Begins a closure run and puts up its fence: the event's row is locked and its epoch raised, so no earlier run of this
 * event can decide anything from here on, whether it is dead, paused, or believes that it still holds a lock. Waits for
 * the batch that an earlier run is in the middle of.
 *
 * The run's row is there when this returns. Call it again after an error: a run that was begun without anybody hearing
 * of it is overtaken by the next.
 */
export async function beginClosureRun(db: Db, order: ClosureOrder): Promise<Beginning> {
  const { eventId, trigger, onlyIfDue, alongside } = order;
  return await db.transaction(async (tx) => {
    const [event] = await tx.query<EventToClose>(lockEvent, [eventId]);
    if (!event) return refuse({ code: 'event_not_found' });
    const refusal = whyNotClosable({ cancelledAt: event.cancelled_at, endsAt: event.ends_at }, event.now);
    if (refusal) return refuse(refusal);
    if (onlyIfDue && !(await isClosureDue(tx, eventId))) return refuse({ code: 'not_due' });
    const run = { id: newId(), eventId, organizationId: event.organization_id, trigger };
    const [[raised], , [counted]] = await Promise.all([
      tx.query<{ epoch: number }>(raiseFence, [eventId, run.id, run.organizationId, trigger]),
      tx.query(failOvertaken, [eventId, run.id]),
      tx.query<{ undecided: number }>(countUndecided, [eventId]),
    ]);
    alongside?.(tx, run);
    if (!raised) throw new Error(`event ${eventId} disappeared while it was locked`);
    return { outcome: 'begun', run: { ...run, epoch: raised.epoch }, undecided: counted?.undecided ?? 0 };
  });
}

function refuse(refusal: BeginRefusal): Beginning {
  return { outcome: 'refused', refusal };
}

interface EventToClose {
  organization_id: string;
  ends_at: Date;
  cancelled_at: Date | null;
  now: Date;
}
