import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from './durations.ts';
import type { Logger } from './logger.ts';
import { isUnavailable } from './postgres-errors.ts';
import { isStopRequested } from './stop-signal.ts';

/** Shorter than supervisors give a start, longer than PostgreSQL takes to recover from being killed beside it. */
const PATIENCE_MS = 20 * SECOND;
const PAUSE_MS = 500;

/**
 * Does what a start asks of the database, again and again while it is away: machines start what runs on them in any
 * order, and each exit would make a supervisor wait longer. Throws what `ask` throws when that is something else, when
 * it is still away after 20 seconds, and when the process is to stop.
 */
export async function whenAvailable(ask: () => Promise<void>, logger: Logger): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > until || isStopRequested()) throw error;
      if (tries === 0) logger.warn({ err: error }, 'PostgreSQL is not available yet, trying again');
    }
    await sleep(PAUSE_MS);
  }
}
