import {
  type BeginRefusal,
  beginClosureRun,
  type ClosureOrder,
} from '@turnout/attendance-store/closing/begin-closure-run';
import type { ClosureRun } from '@turnout/attendance-store/closing/closure-run';
import { isClosureDue } from '@turnout/attendance-store/closing/find-due-events';
import { failpoint } from '@turnout/runtime/failpoint';
import type { Closure } from '../closure.ts';
import type { ClosureLock } from '../closure-lock.ts';

/** A run that has begun, with its lock. */
export interface Begun {
  outcome: 'begun';
  run: ClosureRun;
  lock: ClosureLock;
  /** Enrollments without a verdict when it began. */
  undecided: number;
}

export type Beginning = Begun | { outcome: 'in_progress' } | { outcome: 'refused'; refusal: BeginRefusal };

/**
 * Takes the event's lock and puts up the fence of a new run. `in_progress`: somebody else holds the lock. An event that
 * somebody else has closed since it was found costs one look.
 */
export async function beginClosure(
  { db, locks, logger }: Pick<Closure, 'db' | 'locks' | 'logger'>,
  order: ClosureOrder,
): Promise<Beginning> {
  if (order.onlyIfDue && !(await isClosureDue(db, order.eventId))) {
    return { outcome: 'refused', refusal: { code: 'not_due' } };
  }
  const lock = await locks.take(order.eventId);
  if (lock === 'held') return { outcome: 'in_progress' };
  let begun: Begun | undefined;
  try {
    const beginning = await beginClosureRun(db, order);
    if (beginning.outcome === 'refused') return beginning;
    failpoint('closure.fenced');
    const { run, undecided } = beginning;
    logger.info({ eventId: run.eventId, runId: run.id, trigger: run.trigger, undecided }, 'closing an event');
    begun = { outcome: 'begun', run, lock, undecided };
    return begun;
  } finally {
    if (!begun) await lock.release();
  }
}
