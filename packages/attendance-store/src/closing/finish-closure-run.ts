import { type EventClosed, eventClosedType } from '@turnout/contracts/events/event-closed';
import type { Db, Statement } from '@turnout/runtime/postgres';
import { OvertakenError } from '../locking/lock-undecided.ts';
import { announceEventFact } from './announce-event-fact.ts';
import type { ClosureRun, VerdictCounts } from './closure-run.ts';
import { type ClosureRefusal, whyNotClosable } from './why-not-closable.ts';

export type Finish =
  | { outcome: 'closed'; closedAt: Date; announced: boolean }
  /** Somebody was enrolled in the meantime: judge them too, then finish again. */
  | { outcome: 'undecided_left' }
  | { outcome: 'refused'; refusal: ClosureRefusal };

// Enrolling shares the event's row, so this waits for it, and nobody undecided can appear between the look and the
// commit. Scans only refer to the row and go on: `for update` would wait for every one of them, and they for it.
const lockEvent: Statement = {
  name: 'lock_event_to_finish_closure',
  text: `
    select closure_epoch, closed_at, ends_at, cancelled_at, clock_timestamp() as now
    from attendance.events where event_id = $1
    for no key update`,
};

const countByStatus: Statement = {
  name: 'count_enrollments_for_closure',
  text: `
    select
      (select status from attendance.closure_runs where event_id = $1 and run_id = $2) as run_status,
      count(*) filter (where undecided) as undecided,
      count(*) filter (where status = 'attended') as attended,
      count(*) filter (where status = 'no_show') as no_show,
      count(*) filter (where status = 'cancelled') as cancelled
    from attendance.enrollments where event_id = $1`,
};

const closeEvent: Statement = {
  name: 'close_event',
  text: `
    with run as (
      update attendance.closure_runs
      set status = 'succeeded', finished_at = $3, attempts = $4, attended = $5, no_show = $6, error = null
      where event_id = $1 and run_id = $2
    )
    update attendance.events set closed_at = coalesce(closed_at, $3), closed_epoch = $7 where event_id = $1`,
};

/**
 * Ends a run that has judged everyone: the event is closed, the run has succeeded, and EventClosed is enqueued if the
 * run decided something or closed the event for the first time. All of it in one transaction, or none. Calling it again
 * after a lost answer changes nothing.
 *
 * @throws OvertakenError when a later run of the event has begun
 */
export async function finishClosureRun(
  db: Db,
  run: ClosureRun,
  { counts, attempts }: { counts: VerdictCounts; attempts: number },
): Promise<Finish> {
  return await db.transaction(async (tx): Promise<Finish> => {
    const [event] = await tx.query<EventToFinish>(lockEvent, [run.eventId]);
    if (event?.closure_epoch !== run.epoch) throw new OvertakenError(run.eventId, run.epoch);
    const refusal = whyNotClosable({ cancelledAt: event.cancelled_at, endsAt: event.ends_at }, event.now);
    if (refusal) return { outcome: 'refused', refusal };

    const [standing] = await tx.query<Standing>(countByStatus, [run.eventId, run.id]);
    if (!standing) throw new Error('a count has one row');
    const closedAt = event.closed_at ?? event.now;
    if (standing.run_status === 'succeeded') return { outcome: 'closed', closedAt, announced: false };
    if (standing.undecided > 0) return { outcome: 'undecided_left' };

    tx.send(closeEvent, [
      run.eventId,
      run.id,
      event.now,
      attempts,
      counts.attended,
      counts.noShow,
      run.epoch,
    ]);
    const firstClosure = event.closed_at === null;
    const announced = firstClosure || counts.attended + counts.noShow > 0;
    if (announced) {
      announceEventFact<EventClosed>(tx, run, event.now, eventClosedType, {
        eventId: run.eventId,
        runId: run.id,
        closedAt: closedAt.toISOString(),
        firstClosure,
        counts: { ...counts },
        totals: {
          attended: standing.attended,
          noShow: standing.no_show,
          cancelled: standing.cancelled,
        },
      });
    }
    return { outcome: 'closed', closedAt, announced };
  });
}

interface EventToFinish {
  closure_epoch: number;
  closed_at: Date | null;
  ends_at: Date;
  cancelled_at: Date | null;
  now: Date;
}

interface Standing {
  run_status: 'running' | 'succeeded' | 'failed' | null;
  undecided: number;
  attended: number;
  no_show: number;
  cancelled: number;
}
