import { decideCorrection } from '@turnout/attendance/decide-correction';
import type { Db } from '@turnout/runtime/postgres';
import { changeJudged, type Decision } from '../change-enrollments.ts';
import type { Change } from '../fact.ts';
import type { JudgedBatch } from '../loading/load-judged.ts';
import { NotOursError } from '../locking/lock-judged.ts';
import type { Correction } from './correction.ts';
import type { CorrectedBatch } from './note-correction.ts';

/**
 * Judges the next enrollments of a corrected event again, by the event as it is now: verdicts, audit rows, messages and
 * how far the correction is, in one transaction. It can be cut off anywhere, be called again after a lost answer, and
 * by several at once.
 *
 * Scans, annulments and overrides go on meanwhile: each locks its enrollment before it reads the event. So it has
 * either read the changed event, or has committed before the batch gets the lock and is among what the batch reads.
 *
 * Answers null when the correction is somebody else's right now, or over.
 */
export async function judgeAgain(
  db: Db,
  { id, eventId, reason, context }: Correction,
  limit: number,
): Promise<CorrectedBatch | null> {
  try {
    return await changeJudged(
      db,
      { eventId, correctionId: id, limit },
      (batch) => judge(batch, reason, limit),
      context,
    );
  } catch (error) {
    if (error instanceof NotOursError) return null;
    throw error;
  }
}

function judge({ enrollments, event }: JudgedBatch, reason: string, limit: number): Decision<CorrectedBatch> {
  const changes: Change[] = [];
  const counts = { attended: 0, noShow: 0 };
  for (const enrollment of enrollments) {
    const { move } = decideCorrection(event, enrollment, reason);
    if (!move) continue;
    changes.push({ enrollment, facts: [{ kind: 'moved', move }] });
    if (move.to === 'attended') counts.attended += 1;
    else counts.noShow += 1;
  }
  const last = enrollments.at(-1)?.id ?? null;
  return { changes, result: { ...counts, last, done: enrollments.length < limit } };
}
