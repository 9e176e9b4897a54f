import type { Locks } from '@turnout/runtime/lock';
import type { Logger } from '@turnout/runtime/logger';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { type ClosureLocks, closureLocks } from './closure-lock.ts';
import type { ClosingConfig } from './config.ts';
import { Slots } from './slots.ts';

/** What closing an event works with; the same for the schedule, the endpoint and the command line. */
export interface Closure {
  db: Db;
  locks: ClosureLocks;
  slots: Slots;
  batchSize: number;
  retryDelaysMs: readonly number[];
  /** Aborted when the process stops: the running batch is the last. */
  stopping: AbortSignal;
  /** Called after a commit that enqueued messages. */
  committed: () => void;
  logger: Logger;
}

/** A batch of thousands takes longer than the statements that a request waits for. */
const QUERY_TIMEOUT_MS = 8_000;
const LOCK_TIMEOUT_MS = 3_000;

/** The pool that closing uses: longer deadlines than the one that answers requests. */
export function openClosingDb(config: ClosingConfig, applicationName: string): Db {
  return openDb({
    ...config.database,
    applicationName,
    steadyPlans: true,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
  });
}

/** What closing takes, put together from the configuration and the open parts of the process. */
export function closureOf(
  config: ClosingConfig,
  parts: Pick<Closure, 'db' | 'stopping' | 'committed' | 'logger'> & { locks: Locks },
): Closure {
  return {
    ...parts,
    locks: closureLocks({ locks: parts.locks, ttlMs: config.lockTtlMs, logger: parts.logger }),
    slots: new Slots(config.concurrency),
    batchSize: config.batchSize,
    retryDelaysMs: config.retryDelaysMs,
  };
}
