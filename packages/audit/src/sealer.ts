import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, SECOND } from '@turnout/runtime/durations';
import type { Logger } from '@turnout/runtime/logger';
import { type DatabaseConfig, openDb } from '@turnout/runtime/postgres';
import { gather } from './gather.ts';
import type { Head } from './insert-seals.ts';
import { type SealCounts, sealOnce } from './seal-once.ts';

export interface SealerOptions {
  /** Of a role that may read the audit trail and write seals. The sealer has one connection of its own. */
  database: { url: string; applicationName: string };
  logger: Logger;
  /** How often an idle sealer looks for rows. Default 1 s. */
  pollMs?: number;
}

/** Nobody waits for a batch; one that were given up for being slow would be as slow the next time. */
const BATCH_WITHIN_MS = 5 * SECOND;
const LONGEST_BACK_OFF_MS = 10 * SECOND;
/**
 * How often the ends of the chains are logged: a log kept elsewhere is where a forger of the whole chain can't follow.
 */
const HEADS_LOGGED_EVERY_MS = MINUTE;

/**
 * Seals audit rows until disposed; any number of them may run. Disposing waits for the batch under way, for as long as
 * a pool does.
 */
export function startSealer({ database, logger, pollMs = SECOND }: SealerOptions): AsyncDisposable {
  const config: DatabaseConfig = { ...database, max: 1, queryTimeoutMs: BATCH_WITHIN_MS };
  const db = openDb(config);
  const stop = new AbortController();
  const heads = startLoggingHeads(logger);

  async function gatherAll(): Promise<SealCounts> {
    await using patient = openDb({ ...config, queryTimeoutMs: MINUTE });
    stop.signal.addEventListener('abort', () => void patient[Symbol.asyncDispose](), { once: true });
    const counts = await gather(patient, stop.signal);
    if (counts.sealed > 0) logger.info({ sealed: counts.sealed }, 'sealed audit rows that had no seal yet');
    return counts;
  }

  async function loop(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      let wait = pollMs;
      try {
        let counts = await sealOnce(db);
        if (counts.newCluster) counts = await gatherAll();
        if (counts.sealed > 0) wait = 0;
        heads.note(counts.heads);
        failures = 0;
      } catch (error) {
        if (stop.signal.aborted) return;
        if (failures === 0) logger.warn({ err: error }, 'the audit trail cannot be sealed, trying again');
        failures += 1;
        wait = Math.min(pollMs * 2 ** failures, LONGEST_BACK_OFF_MS);
      }
      await sleep(wait, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  const running = loop();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await db[Symbol.asyncDispose]();
      await running;
      heads.log();
    },
  };
}

function startLoggingHeads(logger: Logger) {
  const ends = new Map<string, Head>();
  let loggedAt = performance.now();
  const log = () => {
    loggedAt = performance.now();
    for (const head of ends.values()) logger.info(head, 'the audit trail is sealed so far');
    ends.clear();
  };
  return {
    log,
    note(grown: readonly Head[]) {
      for (const head of grown) ends.set(head.organizationId, head);
      if (ends.size > 0 && performance.now() - loggedAt >= HEADS_LOGGED_EVERY_MS) log();
    },
  };
}
