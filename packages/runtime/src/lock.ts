/**
 * A lock over Redis (Redlock), to save work: of several schedulers one does the run, the others skip it.
 *
 * What it guarantees: as long as the nodes answer and no holder outlives its lock, one holder at a time, agreed on by
 * the majority of the nodes.
 *
 * What it does not: safety. A holder that is paused past its lifetime goes on with the work while the next one starts,
 * and no client can prevent it. So whoever takes this lock must be right without it (PostgreSQL decides), checks
 * `remainingMs` between steps, and goes on when the answer is `unavailable`.
 *
 * The lifetime is measured here, with a clock that is not set and from before the request, since the library uses the
 * wall clock. The library also gives one type of error to "held by another" and "no answer"; here they are two answers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import Redlock from 'redlock';
import { RedisNode } from './lock-node.ts';
import { answersPing, connectRedis, type RedisLogger } from './redis.ts';

export interface LocksConfig {
  /** Independent Redis nodes: one, or an odd number of them. */
  urls: readonly string[];
  logger: RedisLogger;
}

export interface Lock {
  /** Starts the lifetime again. False: the lock is lost, and another may have it. */
  extend(): Promise<boolean>;
  /** Gives it up; does nothing when it is lost. Never rejects. */
  release(): Promise<void>;
  /** How long the lock is ours yet; 0 when it is lost. */
  readonly remainingMs: number;
}

export interface Locks extends AsyncDisposable {
  /**
   * Tries once, and takes less than a second. `held`: somebody else has it. `unavailable`: too few nodes answered to
   * tell. Never rejects.
   */
  acquire(key: string, ttlMs: number): Promise<Lock | 'held' | 'unavailable'>;
  /** Whether so many nodes answer right now that locks can be had. */
  answers(): Promise<boolean>;
}

const FIRST_CONNECT_MS = 400;
/** Clocks of different machines run at different speeds: this part of the lifetime is not relied on. */
const DRIFT_FACTOR = 0.01;
const DRIFT_MS = 2;

/** Opens a connection to each node, which reconnects by itself for ever. */
export function openLocks({ urls, logger }: LocksConfig): Locks {
  if (urls.length === 0) throw new Error('a lock needs the URL of at least one Redis node');
  const clients = urls.map((url) => connectRedis(url, logger));
  const connected = Promise.race([
    Promise.all(clients.map(firstAnswer)),
    sleep(FIRST_CONNECT_MS, undefined, { ref: false }),
  ]);
  const quorum = Math.floor(urls.length / 2) + 1;

  return {
    async acquire(key, ttlMs) {
      await connected;
      const nodes = clients.map((client) => new RedisNode(client));
      const redlock = new Redlock(nodes, { retryCount: 0, driftFactor: DRIFT_FACTOR });
      const startedAt = performance.now();
      try {
        const lock = holding(await redlock.acquire(key, ttlMs), ttlMs, startedAt);
        return lock.remainingMs > 0 ? lock : 'unavailable';
      } catch {
        const answered = nodes.filter((node) => node.answered).length;
        return answered >= quorum ? 'held' : 'unavailable';
      }
    },
    async answers() {
      const answers = await Promise.all(clients.map(answersPing));
      return answers.filter(Boolean).length >= quorum;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.disconnect();
    },
  };
}

function holding(held: Redlock.Lock, ttlMs: number, acquiredAt: number): Lock {
  const lifetimeMs = ttlMs - Math.ceil(ttlMs * DRIFT_FACTOR) - DRIFT_MS;
  let endsAt = acquiredAt + lifetimeMs;
  const remaining = () => Math.max(0, endsAt - performance.now());
  return {
    get remainingMs() {
      return remaining();
    },
    async extend() {
      if (remaining() === 0) return false;
      const startedAt = performance.now();
      // The library refuses by the wall clock; this tells it what the steady clock says.
      held.expiration = Date.now() + remaining();
      try {
        await held.extend(ttlMs);
        endsAt = startedAt + lifetimeMs;
      } catch {
        // Whatever the nodes did, it is not safely ours any more.
        endsAt = 0;
      }
      return remaining() > 0;
    },
    async release() {
      endsAt = 0;
      try {
        await held.unlock();
      } catch {
        // Not on a majority any more. What is left of it expires by itself.
      }
    },
  };
}

/** Settles when the first attempt to connect has succeeded or failed. */
async function firstAnswer(client: Redis): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  client.once('ready', resolve);
  client.once('close', resolve);
  await promise;
}
