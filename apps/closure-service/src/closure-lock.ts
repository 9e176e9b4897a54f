/**
 * The lock of an event that is being closed, named by its id.
 *
 * It saves work: a scheduler that finds it held leaves the event to the holder. It guards nothing. A holder that was
 * paused past the lock's lifetime is stopped by the fence in PostgreSQL (the event's `closure_epoch`), and without
 * Redis closing goes on as if the lock had been taken.
 */
import type { Locks } from '@turnout/runtime/lock';
import type { Logger } from '@turnout/runtime/logger';
import { counted } from './metrics.ts';

export interface ClosureLock {
  /** Between batches: starts the lifetime again. A lost lock is logged once, and work goes on. */
  keep(): Promise<void>;
  release(): Promise<void>;
}

export interface ClosureLocks {
  take(eventId: string): Promise<ClosureLock | 'held'>;
}

const noLock: ClosureLock = { keep: async () => undefined, release: async () => undefined };

/** The locks of events, each for `ttlMs`. Without Redis `take` answers a lock that does nothing. */
export function closureLocks(options: { locks: Locks; ttlMs: number; logger: Logger }): ClosureLocks {
  const { locks, ttlMs, logger } = options;
  let available = true;

  return {
    async take(eventId) {
      const lock = await locks.acquire(`turnout:closure:${eventId}`, ttlMs);
      if (lock === 'unavailable') {
        counted.lockSkipped.add(1);
        if (available) logger.warn({ eventId }, 'Redis is unavailable: closing without the lock');
        available = false;
        return noLock;
      }
      if (!available) logger.info({ eventId }, 'closing with the lock again');
      available = true;
      if (lock === 'held') {
        counted.lockContended.add(1);
        return 'held';
      }
      let lost = false;
      return {
        async keep() {
          if (lost || (await lock.extend())) return;
          lost = true;
          logger.warn({ eventId }, 'the lock of the closure was lost; PostgreSQL decides who goes on');
        },
        release: async () => await lock.release(),
      };
    },
  };
}
