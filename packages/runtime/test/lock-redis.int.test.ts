import { type Lock, type Locks, openLocks } from '@turnout/runtime/lock';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';

const logger = { info: () => undefined, warn: () => undefined };
const redisUrl = requiredVariable('TEST_REDIS_URL');
/** Nobody listens there. */
const downUrl = 'redis://127.0.0.1:1';
/** The databases of one server: to the lock they are independent nodes. */
const nodeUrl = (database: number) => `${redisUrl.replace(/\/$/, '')}/${database}`;
const open = (...urls: string[]) => openLocks({ urls, logger });
const newKey = () => `test:${crypto.randomUUID()}`;

/** Waits until the lock is had: on a busy machine Redis can take longer than a command may. */
async function take(locks: Locks, key: string, ttlMs: number): Promise<Lock> {
  return await waitUntil(async () => {
    const answer = await locks.acquire(key, ttlMs);
    return typeof answer !== 'string' && answer;
  });
}

/** A second is the promise; the rest is for a busy machine. Without deadlines it was more than 15 s. */
const LATEST_MS = 8_000;

async function timed<T>(work: Promise<T>): Promise<{ answer: T; ms: number }> {
  const startedAt = performance.now();
  return { answer: await work, ms: performance.now() - startedAt };
}

describe('a lock over Redis', () => {
  it('has one holder at a time, and another after it was released', async () => {
    await using first = open(redisUrl);
    await using second = open(redisUrl);
    const key = newKey();
    const lock = await take(first, key, 5_000);
    expect(await second.acquire(key, 5_000)).toBe('held');
    await lock.release();
    expect(lock.remainingMs).toBe(0);
    await (await take(second, key, 5_000)).release();
  });

  it('gives one of many who ask at once the lock, and tells the others that it is held', async () => {
    await using locks = open(redisUrl);
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => locks.acquire(key, 5_000)));
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(19);
  });

  it('lasts as long as it is extended', async () => {
    await using locks = open(redisUrl);
    const key = newKey();
    const lock = await take(locks, key, 10_000);
    const before = await waitUntil(() => lock.remainingMs < 9_800 && lock.remainingMs);
    expect(await lock.extend()).toBe(true);
    expect(lock.remainingMs).toBeGreaterThan(before);
    expect(await locks.acquire(key, 10_000)).toBe('held');
    await lock.release();
  });

  it('tells its holder when it has expired, and does not take it back from the next one', async () => {
    await using locks = open(redisUrl);
    const key = newKey();
    const lock = await take(locks, key, 500);
    const next = await waitUntil(
      async () => {
        const answer = await locks.acquire(key, 5_000);
        return typeof answer !== 'string' && answer;
      },
      { every: 5 },
    );
    expect(lock.remainingMs).toBe(0);
    expect(await lock.extend()).toBe(false);
    await lock.release();
    expect(await locks.acquire(key, 5_000)).toBe('held');
    await next.release();
  });

  it('notices that it expired while this process was busy', async () => {
    await using locks = open(redisUrl);
    const lock = await take(locks, newKey(), 500);
    const until = performance.now() + 500;
    while (performance.now() < until);
    expect(lock.remainingMs).toBe(0);
    expect(await lock.extend()).toBe(false);
  });

  it('is lost when Redis forgets it, and says so at the next extension', async () => {
    await using locks = open(redisUrl);
    await using thief = open(redisUrl);
    const key = newKey();
    const lock = await take(locks, key, 5_000);
    const { Redis } = await import('ioredis');
    const admin = new Redis(redisUrl);
    await admin.del(key);
    admin.disconnect();
    const stolen = await take(thief, key, 5_000);
    expect(await lock.extend()).toBe(false);
    expect(lock.remainingMs).toBe(0);
    await stolen.release();
  });
});

describe('without Redis', () => {
  it('is unavailable at once when nothing listens', async () => {
    await using locks = open(downUrl);
    const { answer, ms } = await timed(locks.acquire(newKey(), 5_000));
    expect(answer).toBe('unavailable');
    expect(ms).toBeLessThan(LATEST_MS);
  });

  it('is unavailable soon when Redis hangs, and available when it is back', async () => {
    await using proxy = await startProxy(redisUrl);
    await using locks = open(proxy.url);
    const key = newKey();
    const lock = await take(locks, key, 30_000);
    proxy.blackhole();
    expect(await timed(lock.extend())).toMatchObject({ answer: false });
    const { answer, ms } = await timed(locks.acquire(newKey(), 5_000));
    expect(answer).toBe('unavailable');
    expect(ms).toBeLessThan(LATEST_MS);
    await lock.release();

    proxy.cut();
    proxy.heal();
    const again = await waitUntil(async () => {
      const next = await locks.acquire(newKey(), 5_000);
      return typeof next !== 'string' && next;
    });
    await again.release();
  });

  it('works with a majority of the nodes, and not without', async () => {
    const key = newKey();
    await using majority = open(nodeUrl(1), nodeUrl(2), downUrl);
    const lock = await take(majority, key, 5_000);
    expect(await majority.acquire(key, 5_000)).toBe('held');
    expect(await lock.extend()).toBe(true);
    await lock.release();
    await using minority = open(nodeUrl(1), downUrl, downUrl);
    expect(await minority.acquire(key, 5_000)).toBe('unavailable');
  });

  it('cannot be opened without a node', () => {
    expect(() => open()).toThrow('at least one Redis node');
  });
});
