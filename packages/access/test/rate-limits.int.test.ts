import { randomUUID } from 'node:crypto';
import { MINUTE, SECOND } from '@turnout/runtime/durations';
import { isRefusal } from '@turnout/runtime/http/reply';
import { type Db, isUnavailable, openDb } from '@turnout/runtime/postgres';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AccessConfig } from '../src/access-config.ts';
import { newToken } from '../src/bearer-token.ts';
import { guardRoutes, type RouteGuards } from '../src/guard-routes.ts';
import { ensureOrganization, issueToken } from '../src/issue-token.ts';

/** Longer than any test takes, so that no window ends in one. */
const WINDOW = 10_000 * MINUTE;
const logger = { info: () => undefined, warn: () => undefined };
const grant = { role: 'front_desk', label: 'door', eventIds: null, station: null, expiresAt: null } as const;

let database: TestDatabase;
let db: Db;
let organizationId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openTestDb(database.url);
  organizationId = await ensureOrganization(db, 'acme');
});
afterAll(async () => {
  await db?.[Symbol.asyncDispose]();
  await database?.drop();
});

const door = async () => (await issueToken(db, { ...grant, organizationId })).token;

function open(access: Partial<AccessConfig>, name: string = randomUUID()): RouteGuards {
  return guardRoutes({ db, name, logger, access });
}

async function call(guards: RouteGuards, token: string | null, address = '192.0.2.1') {
  const authorization = token === null ? undefined : `Bearer ${token}`;
  const found = await guards.authenticate(authorization, {
    params: {},
    address: () => address,
    believeRecent: false,
  });
  return isRefusal(found) ? found : { problem: null };
}

describe('an address from which too many credentials come that are not valid', () => {
  const access = { failedSignIns: { most: 5, windowMs: WINDOW } };
  const guess = () => newToken().token;

  it('hears 429 and when to come back, before another one is looked up', async () => {
    await using guards = open(access);
    for (let n = 0; n < 5; n += 1) expect((await call(guards, guess())).problem).toBe('unauthenticated');
    const refused = await call(guards, guess());
    expect(refused).toMatchObject({
      problem: 'rate_limited',
      headers: { 'Retry-After': expect.stringMatching(/^[1-9]\d*$/) },
    });
    // Also one that is valid: to tell would be an answer to a guess.
    expect((await call(guards, await door())).problem).toBe('rate_limited');
  });

  it('may be a venue: who was let in before still is, and other addresses are', async () => {
    await using guards = open(access);
    const known = await door();
    expect((await call(guards, known)).problem).toBeNull();
    for (let n = 0; n < 6; n += 1) await call(guards, guess());
    expect((await call(guards, guess())).problem).toBe('rate_limited');
    expect((await call(guards, known)).problem).toBeNull();
    expect((await call(guards, await door(), '192.0.2.2')).problem).toBeNull();
    // A wrong secret of a known token is a guess like any other.
    const [, id] = known.split('_');
    const other = newToken(id?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')).token;
    expect((await call(guards, other)).problem).toBe('rate_limited');
  });

  it('is a whole network with IPv6, of which everybody has one', async () => {
    await using guards = open(access);
    for (let n = 0; n < 5; n += 1) await call(guards, guess(), `2001:db8:1:2::${n + 1}`);
    expect((await call(guards, guess(), '2001:db8:1:2:ffff::')).problem).toBe('rate_limited');
    expect((await call(guards, guess(), '2001:db8:1:3::1')).problem).toBe('unauthenticated');
  });

  it('is not one that sends none', async () => {
    await using guards = open(access);
    for (let n = 0; n < 9; n += 1) expect((await call(guards, null)).problem).toBe('unauthenticated');
    expect((await call(guards, await door())).problem).toBeNull();
  });

  it('is known to all processes of a service, over Redis', async () => {
    const name = randomUUID();
    const shared = { ...access, redisUrl: requiredVariable('TEST_REDIS_URL') };
    await using one = open(shared, name);
    await using other = open(shared, name);
    for (let n = 0; n < 5; n += 1) await call(one, guess());
    await waitUntil(async () => (await call(other, guess())).problem === 'rate_limited');
  });

  it.each(['cut', 'blackhole'] as const)(
    'hears 429 from each process while Redis is away (%s), and scans go on',
    async (fault) => {
      await using redis = await startProxy(requiredVariable('TEST_REDIS_URL'));
      await using guards = open({ ...access, redisUrl: redis.url });
      const known = await door();
      await call(guards, known);
      await call(guards, guess());
      redis[fault]();
      for (let n = 0; n < 4; n += 1) expect((await call(guards, guess())).problem).toBe('unauthenticated');
      expect((await call(guards, guess())).problem).toBe('rate_limited');
      for (let n = 0; n < 50; n += 1) expect((await call(guards, known)).problem).toBeNull();
    },
  );

  it('is known to all processes again after the connection to Redis went dead without a word', async () => {
    const name = randomUUID();
    const limit = { most: 40, windowMs: WINDOW };
    const both = { requests: limit, failedSignIns: limit };
    await using redis = await startProxy(requiredVariable('TEST_REDIS_URL'));
    await using cutOff = open({ ...both, redisUrl: redis.url }, name);
    await using other = open({ ...both, redisUrl: requiredVariable('TEST_REDIS_URL') }, name);
    // Each asks less often than it would refuse by itself.
    const slowly = { every: 500 };
    const token = await door();
    for (let n = 0; n < 39; n += 1) await call(cutOff, token);
    await waitUntil(async () => (await call(other, token)).problem === 'rate_limited', slowly);

    redis.blackhole();
    for (let n = 0; n < 39; n += 1) await call(other, guess());
    await call(cutOff, guess());
    // Nothing goes through the first one any more, also when others do.
    await waitUntil(() => redis.connections > 1);
    redis.heal();
    await waitUntil(async () => (await call(cutOff, guess())).problem === 'rate_limited', slowly);
  });
});

describe('a token with too many requests', () => {
  const access = { requests: { most: 20, windowMs: WINDOW } };

  it('hears 429 and when to come back, and no other token does', async () => {
    await using guards = open(access);
    const [wild, calm] = [await door(), await door()];
    for (let n = 0; n < 20; n += 1) expect((await call(guards, wild)).problem).toBeNull();
    expect(await call(guards, wild)).toMatchObject({
      problem: 'rate_limited',
      headers: { 'Retry-After': expect.stringMatching(/^[1-9]\d*$/) },
    });
    expect((await call(guards, calm)).problem).toBeNull();
  });

  it('has them counted over all processes of a service', async () => {
    const name = randomUUID();
    const shared = { ...access, redisUrl: requiredVariable('TEST_REDIS_URL') };
    await using one = open(shared, name);
    await using other = open(shared, name);
    const token = await door();
    for (let n = 0; n < 19; n += 1) await call(one, token);
    await waitUntil(async () => (await call(other, token)).problem === 'rate_limited', {
      every: 300,
    });
  });
});

describe('a route that may believe who was let in lately', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('does so while the database is away, for fifteen minutes; no other route, nobody else, and nobody who was refused', async () => {
    await using proxy = await startProxy(database.url);
    await using away = openDb({ url: proxy.url, max: 2, applicationName: 'test' });
    await using guards = guardRoutes({ db: away, name: randomUUID(), logger });
    vi.useFakeTimers({ toFake: ['performance'] });
    const ask = async (token: string, believeRecent: boolean) => {
      const asking = { params: {}, address: () => '192.0.2.1', believeRecent };
      const found = await guards.authenticate(`Bearer ${token}`, asking);
      return isRefusal(found) ? found.problem : found.principal.label;
    };
    const [known, stranger, revoked] = [await door(), await door(), await door()];
    expect([await ask(known, true), await ask(revoked, true)]).toEqual(['door', 'door']);
    await db.query('update access.tokens set revoked_at = clock_timestamp() where token_id = $1', [
      revoked.split('_')[1],
    ]);
    vi.advanceTimersByTime(4 * SECOND);
    expect(await ask(revoked, true)).toBe('unauthenticated');

    proxy.cut();
    vi.advanceTimersByTime(4 * SECOND);
    expect(await ask(known, true)).toBe('door');
    const other = `${known.slice(0, -12)}${stranger.slice(-12)}`;
    expect(await ask(other, true)).toBe('unauthenticated');
    for (const [token, believe] of [
      [known, false],
      [stranger, true],
      [revoked, true],
    ] as const) {
      await expect(ask(token, believe)).rejects.toSatisfy(isUnavailable);
    }
    vi.advanceTimersByTime(15 * MINUTE);
    await expect(ask(known, true)).rejects.toSatisfy(isUnavailable);
    proxy.heal();
    expect(await ask(known, true)).toBe('door');
  });
});
