import type { Correction } from '@turnout/attendance-store/correcting/correction';
import { findOpenCorrections } from '@turnout/attendance-store/correcting/find-open-corrections';
import { judgeAgain } from '@turnout/attendance-store/correcting/judge-again';
import { noteCorrectionFailure } from '@turnout/attendance-store/correcting/note-correction';
import { inSpan, inTrace, withTraceContext } from '@turnout/runtime/trace-context';
import type { Closure } from '../closure.ts';
import { counted } from '../metrics.ts';
import { whyItFailed } from './end-unfinished.ts';

export type Judging = Pick<Closure, 'db' | 'batchSize' | 'stopping' | 'committed' | 'logger'>;

export interface JudgedCounts {
  finished: number;
  attended: number;
  noShow: number;
  failed: number;
}

const AT_ONCE = 50;

/**
 * Judges again everybody in closed events whose days or requirement were changed. Which those are, and how far each is,
 * is read from the state of the database, so whoever is killed is taken over from by the next look, here or elsewhere.
 *
 * One batch of each in turn: a large event holds up no small one. One that fails is left to the next look.
 */
export async function judgeCorrected(judging: Judging): Promise<JudgedCounts> {
  const counts = { finished: 0, attended: 0, noShow: 0, failed: 0 };
  const leave = new Set<string>();
  for (;;) {
    const open = await findOpenCorrections(judging.db, { exceptEvents: [...leave], limit: AT_ONCE });
    if (open.length === 0) return counts;
    for (const correction of open) {
      if (judging.stopping.aborted) return counts;
      const batch = await inTraceOf(correction, () => judgeOrNote(judging, correction));
      if (batch === 'failed') counts.failed += 1;
      if (batch === 'failed' || batch === null) {
        leave.add(correction.eventId);
        continue;
      }
      counts.attended += batch.attended;
      counts.noShow += batch.noShow;
      if (batch.done) counts.finished += 1;
    }
  }
}

/** What is done about a correction, and said of it, belongs to the trace of whoever corrected. */
function inTraceOf<T>({ context }: Correction, work: () => Promise<T>): Promise<T> {
  return withTraceContext(context.trace, () => inTrace({}, work));
}

async function judgeOrNote(judging: Judging, correction: Correction) {
  try {
    return await judgeBatch(judging, correction);
  } catch (error) {
    await noteFailure(judging, correction, error);
    return 'failed' as const;
  }
}

async function judgeBatch({ db, batchSize, committed, logger }: Judging, correction: Correction) {
  const { id: correctionId, eventId } = correction;
  const batch = await inSpan('judge again', async () => await judgeAgain(db, correction, batchSize), {
    attributes: { 'turnout.event_id': eventId },
  });
  if (!batch) return null;
  const { attended, noShow, done } = batch;
  if (attended + noShow > 0) committed();
  counted.judgedAgain.add(attended + noShow);
  const facts = { eventId, correctionId, attended, noShow };
  if (done) logger.info(facts, 'everybody of a corrected event has been judged again');
  else logger.debug(facts, 'judged a batch again');
  return batch;
}

/** With the database down nothing can be written: the correction stays open, and the next look finds it. */
async function noteFailure({ db, logger }: Judging, correction: Correction, cause: unknown): Promise<void> {
  const { id: correctionId, eventId } = correction;
  const error = whyItFailed(cause);
  logger.error(
    { eventId, correctionId, cause: error, err: cause },
    'judging again failed; trying again later',
  );
  await noteCorrectionFailure(db, correction, error).catch(() => undefined);
}
