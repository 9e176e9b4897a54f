import type { ClosureOrder } from '@turnout/attendance-store/closing/begin-closure-run';
import type { ClosureRun } from '@turnout/attendance-store/closing/closure-run';
import { noVerdicts, type VerdictCounts } from '@turnout/attendance-store/closing/closure-run';
import { countRunVerdicts } from '@turnout/attendance-store/closing/count-run-verdicts';
import { finishClosureRun } from '@turnout/attendance-store/closing/finish-closure-run';
import { noteAttempt } from '@turnout/attendance-store/closing/note-attempt';
import { SECOND } from '@turnout/runtime/durations';
import { inSpan } from '@turnout/runtime/trace-context';
import type { Closure } from '../closure.ts';
import { counted, runSeconds } from '../metrics.ts';
import { type Beginning, type Begun, beginClosure } from './begin-closure.ts';
import { endUnbegun, endUnfinished, type Unfinished, Withdrawn } from './end-unfinished.ts';
import { judgeEveryone, type Progress, stopIfAsked } from './judge-everyone.ts';
import { Retries } from './retries.ts';

export interface CloseOrder extends ClosureOrder {
  /** Told between batches how far the run is. */
  onProgress?: (progress: Progress) => void;
}

export interface Closed {
  outcome: 'closed';
  run: ClosureRun;
  counts: VerdictCounts;
}

export type Closing = Closed | Unfinished | Exclude<Beginning, Begun>;

/**
 * Closes one event: everybody in it who is undecided gets their verdict, batch by batch.
 *
 * A failed attempt is tried again after a while, by the same run, which goes on where the event stands. Never rejects:
 * what stopped a run is logged, counted, written in its row and, if it has failed, announced.
 *
 * @param begun a run that was begun before, for a caller who had to know that first
 */
export async function closeEvent(closure: Closure, order: CloseOrder, begun?: Begun): Promise<Closing> {
  const work = async () => {
    const startedAt = performance.now();
    const closing = await closeWithRetries(closure, order, begun);
    if (closing.outcome === 'closed' || closing.outcome === 'failed') {
      runSeconds.record((performance.now() - startedAt) / SECOND, { outcome: closing.outcome });
    }
    return closing;
  };
  return await inSpan('close event', work, { attributes: { 'turnout.event_id': order.eventId } });
}

async function closeWithRetries(closure: Closure, order: CloseOrder, already?: Begun): Promise<Closing> {
  const retries = new Retries(closure, order.eventId);
  let begun = already;
  try {
    const attempt = async () => {
      if (!begun) {
        stopIfAsked(closure);
        const beginning = await beginClosure(closure, order);
        if (beginning.outcome !== 'begun') return beginning;
        begun = beginning;
      }
      return await closeBegun(closure, order, begun, retries.attempt);
    };
    return await retries.run(attempt, { urgent: already !== undefined });
  } catch (error) {
    if (!begun) return await endUnbegun(closure, order, error, retries.attempt);
    return await endUnfinished(closure, begun.run, error, retries.attempt);
  } finally {
    await begun?.lock.release();
  }
}

async function closeBegun(
  closure: Closure,
  order: CloseOrder,
  begun: Begun,
  attempt: number,
): Promise<Closed> {
  const { run, lock } = begun;
  if (attempt > 1) {
    await lock.keep();
    await noteAttempt(closure.db, run, attempt);
  }
  let counts = noVerdicts;
  for (;;) {
    counts = await judgeEveryone(closure, order, begun, counts);
    // A failed attempt may have committed more than it has heard of.
    const exact = attempt === 1 ? counts : await countRunVerdicts(closure.db, run);
    const finish = await finishClosureRun(closure.db, run, { counts: exact, attempts: attempt });
    if (finish.outcome === 'refused') throw new Withdrawn(finish.refusal);
    if (finish.outcome === 'closed') return closed(closure, run, exact, attempt);
  }
}

function closed(closure: Closure, run: ClosureRun, counts: VerdictCounts, attempts: number): Closed {
  closure.committed();
  counted.runs.add(1, { outcome: 'closed' });
  counted.verdicts.add(counts.attended, { verdict: 'attended' });
  counted.verdicts.add(counts.noShow, { verdict: 'no_show' });
  closure.logger.info({ eventId: run.eventId, runId: run.id, attempts, ...counts }, 'event closed');
  return { outcome: 'closed', run, counts };
}
