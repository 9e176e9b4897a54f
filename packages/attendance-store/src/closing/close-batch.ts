import { decideClosure } from '@turnout/attendance/decide-closure';
import type { Db } from '@turnout/runtime/postgres';
import { changeEnrollments, type Decision } from '../change-enrollments.ts';
import type { Change } from '../fact.ts';
import type { Batch } from '../loading/load-batch.ts';
import { type ClosureRun, noVerdicts, type VerdictCounts } from './closure-run.ts';
import { type ClosureRefusal, whyNotClosable } from './why-not-closable.ts';

export interface ClosedBatch {
  counts: VerdictCounts;
  /** The last enrollment of the batch, after which the next one begins; null when there was nobody left. */
  last: string | null;
  /** How many were looked at. Fewer than asked for: that was the end. */
  size: number;
  /** The event was cancelled or moved while it was being closed; nothing was decided. */
  refusal: ClosureRefusal | null;
}

/**
 * Judges the next undecided enrollments of an event by its rules: verdicts, audit rows and messages in one transaction.
 *
 * @throws OvertakenError when a later run of the event has begun; nothing is written then
 */
export async function closeBatch(
  db: Db,
  run: ClosureRun,
  { after, limit }: { after: string | null; limit: number },
): Promise<ClosedBatch> {
  return await changeEnrollments(
    db,
    { by: 'undecided', eventId: run.eventId, epoch: run.epoch, after, limit },
    judge,
    { actor: { type: 'system', id: 'closure' }, cause: run.id },
  );
}

function judge({ enrollments, event, now }: Batch): Decision<ClosedBatch> {
  if (!event) throw new Error('a run has begun for an event that is not there');
  const refusal = whyNotClosable(event, now);
  if (refusal) return { changes: [], result: { counts: noVerdicts, last: null, size: 0, refusal } };

  const counts = { ...noVerdicts };
  const changes: Change[] = [];
  for (const enrollment of enrollments) {
    const { move } = decideClosure(event, enrollment);
    if (!move) continue;
    changes.push({ enrollment, facts: [{ kind: 'moved', move }] });
    if (move.to === 'attended') counts.attended += 1;
    else counts.noShow += 1;
  }
  const last = enrollments.at(-1)?.id ?? null;
  return { changes, result: { counts, last, size: enrollments.length, refusal: null } };
}
