import type { Logger } from '@turnout/runtime/logger';

/** Work that goes on after the request that asked for it was answered. Disposing waits for all of it. */
export interface Background extends AsyncDisposable {
  start(work: () => Promise<unknown>): void;
}

/** Opens a place for such work; what fails is logged. */
export function startBackground(logger: Logger): Background {
  const running = new Set<Promise<void>>();
  return {
    start(work) {
      const done = work()
        .catch((error: unknown) => logger.error({ err: error }, 'work in the background failed'))
        .then(() => {
          running.delete(done);
        });
      running.add(done);
    },
    async [Symbol.asyncDispose]() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
