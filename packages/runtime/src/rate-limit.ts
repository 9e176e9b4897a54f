/**
 * Limits of how often something may happen, counted in this process and shared with the others over Redis.
 *
 * Asking costs no round trip: each process decides at once by what it has counted and by what it last heard of the
 * others, and tells them four times a second what is new. So several processes together let through somewhat more than
 * the limit, as much as comes in within that time, and a slow or missing Redis holds nothing up. While Redis is away
 * each process keeps the limit by itself, and what it has counted it tells as soon as Redis is back.
 *
 * Libraries ask Redis for each request, which at the door would cost more than the scan's own round trips.
 *
 * Time is cut into windows by the wall clock, which processes share well enough; a clock that jumps begins a new
 * window.
 */
import type { Redis } from 'ioredis';
import { answersPing, connectRedis, type RedisLogger } from './redis.ts';

export interface RateLimit {
  /** So many in each window. */
  most: number;
  windowMs: number;
}

export interface RateLimiter {
  /**
   * Counts one for this key. Answers 0, or how many seconds to wait when there were too many; those are not counted.
   */
  take(key: string): number;
  /** The same without counting. */
  waitFor(key: string): number;
}

export interface RateLimits extends Disposable {
  /** `name` tells limits apart that count the same keys. */
  limiter(name: string, limit: RateLimit): RateLimiter;
  /** Whether they can be shared right now; null where each process counts for itself. */
  answers: (() => Promise<boolean>) | null;
}

export interface RateLimitsConfig {
  /** Null: each process counts for itself. */
  redisUrl: string | null;
  /** Processes that share their counts have this name in common. */
  name: string;
  logger: RedisLogger;
}

const SHARE_MS = 250;
/** More keys than this in one window, and the oldest are forgotten. */
const KEYS_AT_MOST = 50_000;

interface Count {
  mine: number;
  /** Of these the others know. */
  told: number;
  /** What the others had counted when we last heard. */
  others: number;
}

/** Opens the connection and begins to share. */
export function openRateLimits({ redisUrl, name, logger }: RateLimitsConfig): RateLimits {
  const redis = redisUrl === null ? null : connectRedis(redisUrl, logger);
  const limiters: SharedLimiter[] = [];
  let sharing = false;
  const share = async () => {
    if (redis?.status !== 'ready' || sharing) return;
    sharing = true;
    try {
      await Promise.all(limiters.map((limiter) => limiter.share(redis)));
    } catch {
      // What was on its way may have been counted or not; telling it again could lock somebody out.
    } finally {
      sharing = false;
    }
  };
  const timer = setInterval(() => void share(), SHARE_MS);
  timer.unref();
  return {
    limiter(what, limit) {
      const limiter = new SharedLimiter(`turnout:limit:${name}:${what}`, limit);
      limiters.push(limiter);
      return limiter;
    },
    answers: redis && (() => answersPing(redis)),
    [Symbol.dispose]() {
      clearInterval(timer);
      redis?.disconnect();
    },
  };
}

class SharedLimiter implements RateLimiter {
  readonly #prefix: string;
  readonly #most: number;
  readonly #windowMs: number;
  #window = 0;
  #counts = new Map<string, Count>();
  #untold = new Set<string>();

  constructor(prefix: string, { most, windowMs }: RateLimit) {
    this.#prefix = prefix;
    this.#most = most;
    this.#windowMs = windowMs;
  }

  take(key: string): number {
    const now = this.#now();
    let count = this.#counts.get(key);
    if (count === undefined) {
      if (this.#counts.size >= KEYS_AT_MOST) this.#forgetOldest();
      count = { mine: 0, told: 0, others: 0 };
      this.#counts.set(key, count);
    }
    if (this.#isFull(count)) return this.#untilNext(now);
    count.mine += 1;
    this.#untold.add(key);
    return 0;
  }

  waitFor(key: string): number {
    const now = this.#now();
    const count = this.#counts.get(key);
    return count !== undefined && this.#isFull(count) ? this.#untilNext(now) : 0;
  }

  /** Tells what is new, and hears what the others have. Throws when Redis does not answer. */
  async share(redis: Redis): Promise<void> {
    this.#now();
    if (this.#untold.size === 0) return;
    const told: Count[] = [];
    const pipeline = redis.pipeline();
    for (const key of this.#untold) {
      const count = this.#counts.get(key);
      if (count === undefined) continue;
      const name = `${this.#prefix}:${this.#window}:${key}`;
      pipeline.incrby(name, count.mine - count.told).pexpire(name, 2 * this.#windowMs);
      count.told = count.mine;
      told.push(count);
    }
    this.#untold.clear();
    const answers = (await pipeline.exec()) ?? [];
    for (const [index, count] of told.entries()) {
      const [error, total] = answers[2 * index] ?? [];
      if (!error && typeof total === 'number') count.others = Math.max(0, total - count.told);
    }
  }

  #isFull(count: Count): boolean {
    return count.mine + count.others >= this.#most;
  }

  #now(): number {
    const now = Date.now();
    const window = Math.floor(now / this.#windowMs);
    if (window !== this.#window) {
      this.#window = window;
      this.#counts = new Map();
      this.#untold = new Set();
    }
    return now;
  }

  #untilNext(now: number): number {
    return Math.max(1, Math.ceil(((this.#window + 1) * this.#windowMs - now) / 1000));
  }

  #forgetOldest(): void {
    const [oldest] = this.#counts.keys();
    if (oldest === undefined) return;
    this.#counts.delete(oldest);
    this.#untold.delete(oldest);
  }
}
