import { type ClosedBatch, closeBatch } from '@turnout/attendance-store/closing/close-batch';
import { addVerdicts, type VerdictCounts } from '@turnout/attendance-store/closing/closure-run';
import type { Closure } from '../closure.ts';
import { batchSize } from '../metrics.ts';
import type { Begun } from './begin-closure.ts';
import { Interrupted, Withdrawn } from './end-unfinished.ts';

export interface Progress {
  eventId: string;
  decided: number;
  /** Enrollments without a verdict when the run began. */
  undecided: number;
}

/**
 * Batches that follow each other without a gap. Each shares the event's row, and who wants to change the row gets it
 * only when none does.
 */
const TOGETHER = 8;

/**
 * Judges everybody in the event of a run who is undecided, and answers the counts of the run so far.
 *
 * Batches are transactions of their own, and two are under way at a time: while PostgreSQL writes one, the next is read
 * and judged here. Each locks other people, the fence stops both, and the one that enqueues first commits first. When
 * one fails, the other has ended before anybody hears of it.
 *
 * @throws Withdrawn, OvertakenError, Interrupted: nothing that another attempt would change
 */
export async function judgeEveryone(
  closure: Closure,
  { onProgress }: { onProgress?: (progress: Progress) => void },
  { run, lock, undecided }: Begun,
  before: VerdictCounts,
): Promise<VerdictCounts> {
  const { db, batchSize: limit, committed, logger } = closure;
  let counts = before;

  /** Ends when the batch and all before it have ended, and fails with the first that failed. */
  async function note(batch: Promise<ClosedBatch>, earlier: Promise<void>): Promise<void> {
    await Promise.allSettled([earlier, batch]);
    await earlier;
    const { refusal, size, counts: verdicts } = await batch;
    if (refusal) throw new Withdrawn(refusal);
    counts = addVerdicts(counts, verdicts);
    if (size > 0) {
      batchSize.record(size);
      committed();
      const decided = counts.attended + counts.noShow;
      logger.debug({ eventId: run.eventId, runId: run.id, decided, undecided }, 'closed a batch');
      onProgress?.({ eventId: run.eventId, decided, undecided });
    }
    await lock.keep();
  }

  let written = Promise.resolve();
  try {
    let judged: ClosedBatch | undefined;
    for (let number = 1; judged === undefined || judged.size === limit; number += 1) {
      stopIfAsked(closure);
      const { promise: judging, resolve: onJudged } = Promise.withResolvers<ClosedBatch>();
      const batch = closeBatch(db, run, { after: judged?.last ?? null, limit, onJudged });
      const earlier = written;
      written = note(batch, earlier);
      judged = await Promise.race([judging, written.then(() => judging)]);
      await earlier;
      if (number % TOGETHER === 0) await written;
    }
    await written;
    return counts;
  } finally {
    await written.catch(() => undefined);
  }
}

/** Throws {@link Interrupted} once the process has been told to stop. */
export function stopIfAsked({ stopping }: Pick<Closure, 'stopping'>): void {
  if (stopping.aborted) throw new Interrupted();
}
