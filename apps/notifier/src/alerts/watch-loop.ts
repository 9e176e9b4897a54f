/**
 * Looks for failures that nobody reports: messages that the outbox has put aside, every second, and an outbox that is
 * not emptied, every five. And tells of failures, those that others have stored included.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, SECOND } from '@turnout/runtime/durations';
import type { Logger } from '@turnout/runtime/logger';
import { type Db, isUnavailable } from '@turnout/runtime/postgres';
import type { Mailer } from '../channels/channel.ts';
import { collectPutAside } from '../dead-letters/collect-put-aside.ts';
import { waitForEnd } from '../sending/patience.ts';
import { raiseOutboxStuck } from './raise-alerts.ts';
import { tellDue } from './tell-due.ts';

export interface WatchOptions {
  db: Db;
  mailer: Mailer | null;
  operatorEmail: string | null;
  logger: Logger;
}

const EVERY = SECOND;
/** To look for the oldest message of a busy outbox means to pass over what was just published. */
const OUTBOX_EVERY = 5 * SECOND;
/** Longer than a broker takes to restart, shorter than anybody waits for a mail. */
const STUCK_AFTER = MINUTE;
const LONGEST_PAUSE = 10 * SECOND;

/** Starts looking, at once. Disposing waits for the look under way. */
export function startWatching({ db, mailer, operatorEmail, logger }: WatchOptions): AsyncDisposable {
  const stopping = new AbortController();
  const cutOff = new AbortController();

  let lookedAtOutbox = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    const collected = await collectPutAside(db);
    if (collected > 0)
      logger.warn({ letters: collected }, 'messages that no queue accepted are now dead letters');
    if (performance.now() - lookedAtOutbox >= OUTBOX_EVERY) {
      if (await raiseOutboxStuck(db, STUCK_AFTER))
        logger.error('messages have waited in the outbox for more than a minute');
      lookedAtOutbox = performance.now();
    }
    if (stopping.signal.aborted) return;
    await tellDue({ db, mailer, operatorEmail, logger, signal: cutOff.signal });
  }

  async function forever(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        await look();
        failures = 0;
      } catch (error) {
        if (failures === 0 || !isUnavailable(error)) {
          logger.warn({ err: error }, 'watching for failures waits for the database');
        }
        failures += 1;
      }
      const pause = Math.min(EVERY * 2 ** failures, LONGEST_PAUSE);
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = forever();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await waitForEnd(running, cutOff);
    },
  };
}
