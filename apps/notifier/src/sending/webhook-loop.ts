/**
 * Sends what endpoints are owed, for as long as the process lives, beside the loop for mails and without sharing
 * anything with it but the database.
 *
 * The rows are the queue, as for mails: each delivery is claimed for a lease, sent with no transaction open, and how it
 * went is written. So it is sent at least once; twice only if the process dies, or loses the database for longer than
 * the lease, after the endpoint's yes and before that is written. Both carry the same `webhook-id`.
 *
 * A call holds one of many places until it ends. An endpoint has few of them, one that fails or is slow has one, and
 * one that goes on failing is left alone for up to a minute at a time: so one that is slow or away costs others
 * nothing. Whoever finishes rings; what has finished by then is written as one set, and what is due for the free places
 * is claimed as another.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HOUR, SECOND } from '@turnout/runtime/durations';
import type { Logger } from '@turnout/runtime/logger';
import { type Db, isUnavailable } from '@turnout/runtime/postgres';
import type { WebhookCaller } from '../channels/webhook.ts';
import { countAttempts } from '../metrics.ts';
import { type ClaimedWebhook, claimDueWebhooks } from '../store/claim-due-webhooks.ts';
import { failUndeliverable } from '../store/fail-undeliverable.ts';
import { recordWebhookAttempts, type WebhookOutcome } from '../store/record-webhook-attempts.ts';
import { removeOldBodies } from '../store/webhook-bodies.ts';
import type { Sealing } from '../webhooks/sealing.ts';
import { attemptWebhook } from './attempt-webhook.ts';
import { openBell } from './bell.ts';
import { pauseWithoutDatabase, waitForEnd } from './patience.ts';
import type { Sending } from './sending-loop.ts';
import { webhookRetries } from './webhook-retries.ts';

export interface WebhookSendingOptions {
  db: Db;
  caller: WebhookCaller;
  sealing: Sealing;
  logger: Logger;
  pollMs?: number;
}

/** Calls under way at once in this process: of all endpoints, and of one. */
const PLACES = 256;
const PLACES_OF_ENDPOINT = 8;
/** An endpoint whose last call took longer has one place. */
const SLOW = 2 * SECOND;

/** A lease outlives the slowest call and the writing of how it went. */
const LEASE_MARGIN = 5 * SECOND;

/** How long a message can be sent again after it was received. */
const KEEP_BODIES = 30 * 24 * HOUR;
const TIDY_EVERY = 5 * SECOND;
const TIDY_AT_ONCE = 1_000;

/** Starts sending. Disposing finishes what is under way. */
export function startWebhookSending(options: WebhookSendingOptions): Sending {
  const { db, caller, logger, pollMs = 500 } = options;
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const bell = openBell();
  const underWay = new Map<string, ClaimedWebhook>();
  const finished: WebhookOutcome[] = [];
  const slow = new Set<string>();
  let tidyAt = 0;

  async function forever(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted || underWay.size > 0 || finished.length > 0; ) {
      try {
        await record();
        const claimed = stopping.signal.aborted ? 0 : await claim();
        if (performance.now() >= tidyAt && !stopping.signal.aborted) await tidy();
        failures = 0;
        if (claimed === 0 && finished.length === 0) await bell.rung(pollMs);
      } catch (error) {
        if (failures === 0 || !isUnavailable(error)) {
          logger.warn({ err: error }, 'sending webhooks waits for the database');
        }
        // What was sent and could not be written is sent again when its lease has ended.
        if (cutOff.signal.aborted) break;
        failures += 1;
        const { signal } = stopping.signal.aborted ? cutOff : stopping;
        await sleep(pauseWithoutDatabase(failures), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async function claim(): Promise<number> {
    const free = PLACES - underWay.size;
    if (free === 0) return 0;
    const claimed = await claimDueWebhooks(db, {
      underWay: countByEndpoint(underWay.values()),
      perEndpoint: PLACES_OF_ENDPOINT,
      slow,
      limit: free,
      leaseMs: caller.longestCallMs + LEASE_MARGIN,
    });
    for (const delivery of claimed) void send(delivery);
    return claimed.length;
  }

  async function send(delivery: ClaimedWebhook): Promise<void> {
    // An attempt whose outcome took longer to write than its lease may be claimed again beside it.
    const key = `${delivery.id} ${delivery.attempt}`;
    underWay.set(key, delivery);
    const outcome = await attemptWebhook(delivery, { ...options, signal: cutOff.signal });
    if (outcome.durationMs > SLOW) slow.add(outcome.endpointId);
    else slow.delete(outcome.endpointId);
    finished.push(outcome);
    underWay.delete(key);
    bell.ring();
  }

  async function record(): Promise<void> {
    if (finished.length === 0) return;
    const outcomes = finished.slice();
    const disabled = await recordWebhookAttempts(db, outcomes, {
      endpointPauses: webhookRetries.ofEndpoint,
      disableAfterMs: webhookRetries.disableAfter,
    });
    finished.splice(0, outcomes.length);
    countAttempts('webhook', outcomes);
    for (const { endpointId, because } of disabled) {
      logger.warn({ endpointId, because }, 'a webhook endpoint is disabled');
    }
  }

  async function tidy(): Promise<void> {
    tidyAt = performance.now() + TIDY_EVERY;
    const failed = await failUndeliverable(db, TIDY_AT_ONCE);
    const removed = await removeOldBodies(db, { olderThanMs: KEEP_BODIES, limit: TIDY_AT_ONCE });
    if (failed === TIDY_AT_ONCE || removed === TIDY_AT_ONCE) tidyAt = 0;
  }

  const running = forever();
  return {
    wake: bell.ring,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      bell.ring();
      await waitForEnd(running, cutOff);
    },
  };
}

function countByEndpoint(deliveries: Iterable<ClaimedWebhook>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { endpointId } of deliveries) counts.set(endpointId, (counts.get(endpointId) ?? 0) + 1);
  return counts;
}
