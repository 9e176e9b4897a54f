import { decideClosure } from '@turnout/attendance/decide-closure';
import type { Db } from '@turnout/runtime/postgres';
import { changeUndecided, type Decision } from '../change-enrollments.ts';
import type { Change } from '../fact.ts';
import type { UndecidedBatch } from '../loading/load-undecided.ts';
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

export interface BatchOrder {
  /** The last enrollment of the batch before, or null for the first batch. */
  after: string | null;
  limit: number;
  /**
   * Told what is decided before it is written, so that the next batch can begin meanwhile. It may still come otherwise.
   */
  onJudged?: (judged: ClosedBatch) => void;
}

/**
 * Judges the next undecided enrollments of an event by its rules: verdicts, audit rows and messages in one transaction.
 *
 * @throws OvertakenError when a later run of the event has begun; nothing is written then
 */
export async function closeBatch(
  db: Db,
  run: ClosureRun,
  { after, limit, onJudged }: BatchOrder,
): Promise<ClosedBatch> {
  return await changeUndecided(
    db,
    { eventId: run.eventId, epoch: run.epoch, after, limit },
    (batch) => {
      const decision = judge(batch);
      onJudged?.(decision.result);
      return decision;
    },
    { actor: { type: 'system', id: 'closure' }, cause: run.id },
  );
}

function judge({ enrollments, event, now }: UndecidedBatch): Decision<ClosedBatch> {
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
