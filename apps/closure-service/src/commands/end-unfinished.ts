import type { ClosureOrder } from '@turnout/attendance-store/closing/begin-closure-run';
import type { ClosureRun } from '@turnout/attendance-store/closing/closure-run';
import {
  abandonClosureRun,
  type ClosureFailure,
  failClosureRun,
  recordUnbegunRun,
} from '@turnout/attendance-store/closing/fail-closure-run';
import type { ClosureRefusal } from '@turnout/attendance-store/closing/why-not-closable';
import { OvertakenError } from '@turnout/attendance-store/locking/lock-undecided';
import { isUnavailable, sqlStateOf } from '@turnout/runtime/postgres';
import type { Closure } from '../closure.ts';
import { counted } from '../metrics.ts';

/** The process stops; the next run goes on where the event stands. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The event was cancelled or moved while it was being closed. */
export class Withdrawn extends Error {
  override readonly name = 'Withdrawn';
  readonly refusal: ClosureRefusal;

  constructor(refusal: ClosureRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/** How a run ends that did not close its event. */
export type Unfinished =
  | { outcome: 'failed'; error: string }
  | { outcome: 'interrupted' }
  | { outcome: 'overtaken' }
  | { outcome: 'refused'; refusal: ClosureRefusal };

/** Would another attempt end in the same way? */
export function isFinal(error: unknown): boolean {
  return error instanceof Interrupted || error instanceof Withdrawn || error instanceof OvertakenError;
}

/** The cause of a failure as everybody may read it; the log has the rest. */
export function whyItFailed(error: unknown): string {
  if (isUnavailable(error)) return 'the database was not available';
  const state = sqlStateOf(error);
  return state === null ? 'an unexpected error' : `the database refused a change: ${state}`;
}

/** Writes down why a run ended without closing its event. Never rejects. */
export async function endUnfinished(
  closure: Closure,
  run: ClosureRun,
  cause: unknown,
  attempts: number,
): Promise<Unfinished> {
  const { db, logger } = closure;
  const facts = { eventId: run.eventId, runId: run.id, attempts };
  const abandon = async (error: string) =>
    await written(closure, run.eventId, async () => {
      await abandonClosureRun(db, run, { error, attempts });
      return true;
    });

  if (cause instanceof OvertakenError) {
    logger.info(facts, 'a later run has taken the event over');
    counted.runs.add(1, { outcome: 'overtaken' });
    await abandon('overtaken by a later run');
    return { outcome: 'overtaken' };
  }
  if (cause instanceof Interrupted) {
    logger.info(facts, 'stopped before the event was closed; the next run goes on');
    counted.runs.add(1, { outcome: 'interrupted' });
    await abandon('interrupted because the service was stopped; the next run goes on');
    return { outcome: 'interrupted' };
  }
  if (cause instanceof Withdrawn) {
    const { refusal } = cause;
    logger.info({ ...facts, refusal: refusal.code }, 'the event cannot be closed any more');
    counted.runs.add(1, { outcome: 'withdrawn' });
    const happened = refusal.code === 'event_cancelled' ? 'cancelled' : 'moved to a later end';
    await abandon(`the event was ${happened} while it was being closed`);
    return { outcome: 'refused', refusal };
  }
  return await fail(closure, facts, cause, async (failure) => await failClosureRun(db, run, failure));
}

/** The same for a run that could not even begin. */
export async function endUnbegun(
  closure: Closure,
  order: Pick<ClosureOrder, 'eventId' | 'trigger'>,
  cause: unknown,
  attempts: number,
): Promise<Unfinished> {
  if (cause instanceof Interrupted) return { outcome: 'interrupted' };
  return await fail(closure, { eventId: order.eventId, attempts }, cause, async (failure) => {
    await recordUnbegunRun(closure.db, order, failure);
    return true;
  });
}

async function fail(
  closure: Closure,
  facts: { eventId: string; runId?: string; attempts: number },
  cause: unknown,
  record: (failure: ClosureFailure) => Promise<boolean>,
): Promise<Unfinished> {
  const error = whyItFailed(cause);
  const isOurs = await written(closure, facts.eventId, () => record({ error, attempts: facts.attempts }));
  if (!isOurs) return { outcome: 'overtaken' };
  closure.committed();
  counted.runs.add(1, { outcome: 'failed' });
  closure.logger.error({ ...facts, cause: error, err: cause }, 'closing an event failed');
  return { outcome: 'failed', error };
}

/** With the database down nothing can be written: the event stays due, and the next scan finds it. */
async function written(
  { logger }: Closure,
  eventId: string,
  write: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    logger.warn({ eventId, err: error }, 'the end of a closure run could not be written down');
    return true;
  }
}
