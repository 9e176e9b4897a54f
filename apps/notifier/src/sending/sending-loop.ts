/**
 * Sends what is due, for as long as the process lives.
 *
 * The rows are the queue, so nothing is lost with a process, and any number of notifiers share the work: each claims a
 * few deliveries by moving their next attempt forward (a lease), sends them with no transaction open, and writes how it
 * went. A notifier that dies in between leaves them due again when the lease ends. So a delivery is sent at least once;
 * twice only if the process dies, or loses the database for longer than the lease, after the mail server said yes and
 * before that is written, or if the server takes so long to say yes that a stop can't wait for it.
 *
 * Each channel has a loop of its own, with its own policy: one that is slow, away or at its limit holds up no other.
 *
 * Looking twice a second is enough by itself; `wake` makes it quick.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@turnout/runtime/logger';
import { type Db, isUnavailable } from '@turnout/runtime/postgres';
import type { Channel } from '../channels/channel.ts';
import type { Channels } from '../channels/open-channels.ts';
import { countAttempts } from '../metrics.ts';
import { type Outcome, recordOutcomes } from '../store/record-outcomes.ts';
import { openBell } from './bell.ts';
import { pauseWithoutDatabase, waitForEnd } from './patience.ts';
import { limitTo, type RateLimit, unlimited } from './rate-limit.ts';
import { pauseWhileUnavailable, retryPolicies } from './retry-policy.ts';
import { sendDue } from './send-due.ts';

export interface Sending extends AsyncDisposable {
  /** Says that something may be due. */
  wake: () => void;
}

export interface SendingOptions {
  db: Db;
  channels: Pick<Channels, 'open'>;
  /** Mails that may be tried in a second. */
  mailsPerSecond: number;
  logger: Logger;
  pollMs?: number;
}

/** Starts a loop for each open channel. Disposing finishes what is under way. */
export function startSending({ channels, mailsPerSecond, ...options }: SendingOptions): Sending {
  const loops = channels.open.map((channel) => {
    const limit = channel.name === 'email' ? limitTo(mailsPerSecond) : unlimited;
    return startChannel({ ...options, channel, limit });
  });
  return {
    wake() {
      for (const loop of loops) loop.wake();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(loops.map((loop) => loop[Symbol.asyncDispose]()));
    },
  };
}

interface ChannelOptions {
  db: Db;
  channel: Channel;
  limit: RateLimit;
  logger: Logger;
  pollMs?: number;
}

function startChannel({ db, channel, limit, logger, pollMs = 500 }: ChannelOptions): Sending {
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const bell = openBell();
  const policy = retryPolicies[channel.name];
  const options = { db, channel, logger, signal: cutOff.signal };

  async function forever(): Promise<void> {
    let outages = 0;
    let rounds = 0;
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        // While the channel is away one delivery asks whether it is back; the others would learn nothing new.
        const allowed = limit.available(outages > 0 ? 1 : policy.concurrency);
        if (allowed < 1) {
          await pause(limit.waitMs);
          continue;
        }
        // Half, and of an odd number in turn more and less: a slow channel is allowed one at a time.
        const latest = Math.floor((allowed + (rounds % 2)) / 2);
        rounds += 1;
        const outcomes = await sendDue({ ...options, limit: allowed, latest });
        limit.spend(outcomes.length);
        if (outcomes.length > 0) await record(outcomes);
        failures = 0;
        const away = outcomes.filter(({ status, refused }) => status === 'pending' && !refused).length;
        if (away > 0 && away === outcomes.length) {
          outages += 1;
          await pause(pauseWhileUnavailable(policy, outages));
          continue;
        }
        if (outcomes.length > 0) outages = 0;
        if (outcomes.length === 0) await bell.rung(pollMs);
      } catch (error) {
        if (failures === 0 || !isUnavailable(error))
          logger.warn({ err: error, channel: channel.name }, 'sending waits for the database');
        failures += 1;
        await pause(pauseWithoutDatabase(failures));
      }
    }
  }

  /** What was sent is out: that must be written, however long the database is away, before anything else is tried. */
  async function record(outcomes: readonly Outcome[]): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        await recordOutcomes(db, outcomes);
        countAttempts(channel.name, outcomes);
        return;
      } catch (error) {
        if (!isUnavailable(error) || cutOff.signal.aborted) throw error;
        if (failures === 0)
          logger.warn({ err: error }, 'the outcome of sending cannot be recorded yet, trying again');
        await pause(pauseWithoutDatabase(failures + 1), cutOff.signal);
      }
    }
  }

  async function pause(ms: number, signal = stopping.signal): Promise<void> {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
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
