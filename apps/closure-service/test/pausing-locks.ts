import type { Locks } from '@turnout/runtime/lock';

/** Locks whose holder stops between two batches, as a process does that is not given any time. */
export interface PausingLocks {
  locks: Locks;
  /** Settles when the holder has stopped. */
  paused: Promise<void>;
  /** Lets it go on. */
  resume(): void;
}

/** Stops the holder when it would renew the lock for the first time; the lock is not renewed from then on. */
export function pausingLocks(locks: Locks): PausingLocks {
  const stopped = Promise.withResolvers<void>();
  const going = Promise.withResolvers<void>();
  return {
    paused: stopped.promise,
    resume: going.resolve,
    locks: {
      async acquire(key, ttlMs) {
        const lock = await locks.acquire(key, ttlMs);
        if (typeof lock === 'string') return lock;
        return {
          async extend() {
            stopped.resolve();
            await going.promise;
            return false;
          },
          release: async () => await lock.release(),
          get remainingMs() {
            return lock.remainingMs;
          },
        };
      },
      answers: () => locks.answers(),
      [Symbol.asyncDispose]: async () => undefined,
    },
  };
}
