import { failpoint } from '@turnout/runtime/failpoint';
import type { Db, Tx } from '@turnout/runtime/postgres';
import { isRetryable, isUniqueViolation } from '@turnout/runtime/postgres';
import { type CorrectedBatch, noteProgress } from './correcting/note-correction.ts';
import type { Change, Fact } from './fact.ts';
import { type Batch, loadBatch } from './loading/load-batch.ts';
import { type JudgedBatch, loadJudged } from './loading/load-judged.ts';
import { loadUndecided, type UndecidedBatch } from './loading/load-undecided.ts';
import type { AnsweredScan } from './saving/answered-scan.ts';
import type { ScanAttempts } from './saving/save-attempts.ts';
import { saveChanges } from './saving/save-changes.ts';
import type { JudgedSelection, Selection, UndecidedSelection } from './selection.ts';
import type { ChangeContext, StoredEnrollment, StoredEvent } from './stored.ts';

/** What a decision about a batch wants to happen, and what it tells the caller. */
export interface Decision<Result> {
  changes: readonly Change[];
  answers?: readonly AnsweredScan[];
  attempts?: ScanAttempts;
  result: Result;
  /** What else is to be written if and only if all of it is. */
  alongside?: (tx: Pick<Tx, 'send'>) => void;
}

const ATTEMPTS = 5;

/**
 * The one way in which an enrollment changes: lock, load, decide, save, enqueue, in one transaction.
 *
 * A bounded batch is locked in a fixed order; then, in later statements, all that the decision needs is read; the
 * decision runs in memory; and what it says is written as sets: statuses, check-ins, audit rows, answers to scans,
 * outbox. A single scan is a batch of one, an offline upload a batch of hundreds, and a closure walks an event in
 * batches of thousands. Nearly always that is two round trips to the database: lock and look, write and commit.
 *
 * `decide` is synchronous on purpose: the compiler keeps IO out of decisions. It may run more than once, when another
 * transaction answered the same scan first or PostgreSQL broke a deadlock; only the last run counts.
 */
export async function changeEnrollments<Result>(
  db: Db,
  selection: Selection,
  decide: (batch: Batch) => Decision<Result>,
  context: ChangeContext,
): Promise<Result> {
  return await change(db, selection.eventId, (tx) => loadBatch(tx, selection), decide, context);
}

/**
 * The same for the next enrollments that a closure run has to judge, of which less is loaded.
 *
 * @throws OvertakenError when the event has a newer run
 */
export async function changeUndecided<Result>(
  db: Db,
  selection: UndecidedSelection,
  decide: (batch: UndecidedBatch) => Decision<Result>,
  context: ChangeContext,
): Promise<Result> {
  return await change(db, selection.eventId, (tx) => loadUndecided(tx, selection), decide, context);
}

/**
 * The same for the next enrollments that a correction has to judge again. How far it is moves in the same transaction.
 *
 * @throws NotOursError when somebody else is at the correction, or it is over
 */
export async function changeJudged(
  db: Db,
  selection: JudgedSelection,
  decide: (batch: JudgedBatch) => Decision<CorrectedBatch>,
  context: ChangeContext,
): Promise<CorrectedBatch> {
  const load = async (tx: Tx) => await loadJudged(tx, selection);
  const decideAndNote = (batch: JudgedBatch): Decision<CorrectedBatch> => {
    const decision = decide(batch);
    return { ...decision, alongside: (tx) => noteProgress(tx, selection, decision.result) };
  };
  return await change(db, selection.eventId, load, decideAndNote, context);
}

async function change<Loaded extends { now: Date }, Result>(
  db: Db,
  eventId: string,
  load: (tx: Tx) => Promise<Loaded>,
  decide: (loaded: Loaded) => Decision<Result>,
  context: ChangeContext,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const outcome = await db.transaction(async (tx) => {
        const loaded = await load(tx);
        const { changes, answers = [], attempts, result, alongside } = decide(loaded);
        alongside?.(tx);
        saveChanges(tx, { eventId, changes, answers, attempts, context, at: loaded.now });
        failpoint('enrollments.saved');
        return result;
      });
      failpoint('enrollments.committed');
      return outcome;
    } catch (error) {
      const again = isRetryable(error) || isUniqueViolation(error, 'scans_pkey');
      if (!again || attempt === ATTEMPTS) throw error;
    }
  }
}

/** A decision about each enrollment by itself; the result is what was decided, in the order of the batch. */
export function each<Result>(
  decide: (
    enrollment: StoredEnrollment,
    event: StoredEvent,
    now: Date,
  ) => { facts: readonly Fact[]; result: Result },
): (batch: Batch) => Decision<Result[]> {
  return ({ enrollments, event, now }) => {
    const changes: Change[] = [];
    const results: Result[] = [];
    for (const enrollment of enrollments) {
      if (!event) throw new Error(`enrollment ${enrollment.id} has no event`);
      const { facts, result } = decide(enrollment, event, now);
      if (facts.length > 0) changes.push({ enrollment, facts });
      results.push(result);
    }
    return { changes, result: results };
  };
}
