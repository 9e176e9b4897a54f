import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '@turnout/runtime/durations';
import { isUnavailable } from '@turnout/runtime/postgres';
import { type Judging, judgeCorrected } from './commands/judge-corrected.ts';

/** An admin who has corrected an event waits for what comes of it. */
const LOOK_EVERY = 1 * SECOND;
const AFTER_FAILURE = 10 * SECOND;

/** Looks for corrected events as long as the process lives. Disposing waits for the batch under way. */
export function startCorrectionLoop(judging: Judging): AsyncDisposable {
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, judging.stopping]);

  async function look(): Promise<number> {
    try {
      const { failed } = await judgeCorrected({ ...judging, stopping: signal });
      return failed > 0 ? AFTER_FAILURE : LOOK_EVERY;
    } catch (error) {
      const level = isUnavailable(error) ? 'debug' : 'error';
      judging.logger[level]({ err: error }, 'looking for corrected events failed');
      return isUnavailable(error) ? LOOK_EVERY : AFTER_FAILURE;
    }
  }

  async function forever(): Promise<void> {
    while (!signal.aborted) {
      await sleep(await look(), undefined, { signal }).catch(() => undefined);
    }
  }

  const running = forever();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}
