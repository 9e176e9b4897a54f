import { postgres, watchDependencies } from '@turnout/runtime/dependencies';
import { type Db, isUnavailable, openDb } from '@turnout/runtime/postgres';
import { openSequelize } from '@turnout/runtime/sequelize';
import { type FaultProxy, startProxy } from '@turnout/test-kit/start-proxy';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../src/logger.ts';

/** Two seconds are the promise; the rest is for a busy machine. Without deadlines it was more than 12 s. */
const LATEST_MS = 8_000;

/** How the work ended, and after how many milliseconds. */
async function timed(work: Promise<unknown>): Promise<{ ms: number; error: unknown }> {
  const startedAt = performance.now();
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ms: performance.now() - startedAt, error };
}

describe('a database that does not answer', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  beforeEach(async () => {
    proxy = await startProxy(database.url);
  });
  afterEach(() => proxy[Symbol.asyncDispose]());
  afterAll(() => database.drop());

  const backendOf = async (db: Db) => {
    const [row] = await db.query<{ pid: number }>('select pg_backend_pid() as pid');
    return row?.pid ?? 0;
  };

  it('is noticed in time when its process is stopped, and another connection is made', async () => {
    await using db = openDb({ url: database.url, max: 1, applicationName: 'test' });
    const stopped = await backendOf(db);
    process.kill(stopped, 'SIGSTOP');
    try {
      const { ms, error } = await timed(db.query('select 1'));
      expect(isUnavailable(error)).toBe(true);
      expect(ms).toBeLessThan(LATEST_MS);
      expect(await backendOf(db)).not.toBe(stopped);
    } finally {
      process.kill(stopped, 'SIGCONT');
    }
  });

  it('is noticed in time when the network swallows everything, in a transaction too', async () => {
    await using db = openDb({ url: proxy.url, max: 4, applicationName: 'test' });
    const inTransaction = db.transaction(async (tx) => {
      await tx.query('select 1');
      proxy.blackhole();
      await tx.query('select 1');
    });
    const { error } = await timed(inTransaction);
    expect(isUnavailable(error)).toBe(true);

    const more = await Promise.all(Array.from({ length: 8 }, () => timed(db.query('select 1'))));
    for (const { ms, error } of more) {
      expect(isUnavailable(error)).toBe(true);
      expect(ms).toBeLessThan(LATEST_MS);
    }
  });

  it('costs one deadline, not one for each dead connection of the pool', async () => {
    await using db = openDb({ url: proxy.url, max: 8, applicationName: 'test', queryTimeoutMs: 1_000 });
    await Promise.all(Array.from({ length: 8 }, () => db.query('select pg_sleep(0.05)')));
    proxy.blackhole();
    await expect(db.query('select 1')).rejects.toThrow('did not answer');
    proxy.heal();
    for (let i = 0; i < 8; i += 1) expect((await timed(db.query('select 1'))).error).toBeUndefined();
  });

  it('is used again as soon as it is back', async () => {
    await using db = openDb({ url: proxy.url, max: 2, applicationName: 'test' });
    await db.query('select 1');
    proxy.cut();
    const { ms, error } = await timed(db.query('select 1'));
    expect(isUnavailable(error)).toBe(true);
    expect(ms).toBeLessThan(LATEST_MS);
    proxy.heal();
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('cancels a slow statement on the server and keeps the connection', async () => {
    await using db = openDb({ url: database.url, max: 1, applicationName: 'test', queryTimeoutMs: 1_000 });
    const pid = await backendOf(db);
    const { error } = await timed(db.query('select pg_sleep(5)'));
    expect(error).toMatchObject({ code: '57014' });
    expect(isUnavailable(error)).toBe(true);
    expect(await backendOf(db)).toBe(pid);
  });

  it('waits for a lock only as long as it was told', async () => {
    await using db = openDb({ url: database.url, max: 2, applicationName: 'test', lockTimeoutMs: 100 });
    await db.query('create table public.locked as select 1 as id');
    await db.transaction(async (holder) => {
      await holder.query('select * from locked for update');
      const { error } = await timed(db.query('select * from locked for update'));
      expect(error).toMatchObject({ code: '55P03' });
      expect(isUnavailable(error)).toBe(true);
    });
  });

  it('is noticed by Sequelize too, which then uses another connection', async () => {
    const sequelize = openSequelize({ url: proxy.url, max: 1, applicationName: 'test' });
    try {
      await sequelize.query('select 1');
      proxy.blackhole();
      const { ms, error } = await timed(sequelize.query('select 1'));
      expect(isUnavailable(error)).toBe(true);
      expect(ms).toBeLessThan(LATEST_MS);
      proxy.heal();
      const [rows] = await sequelize.query('select 1 as one');
      expect(rows).toEqual([{ one: 1 }]);
    } finally {
      await sequelize.close();
    }
  });
});

describe('a pool for whose connections too many wait', () => {
  it('turns the next one away at once, and serves those who wait', async () => {
    await using database = await createTestDatabase();
    const patient = { connectTimeoutMs: 20_000 };
    await using db = openDb({ url: database.url, max: 1, applicationName: 'test', ...patient });
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const running = db.transaction(async (tx) => {
      await tx.query('select 1');
      begin();
      await over;
    });
    await begun;
    const waiting = Array.from({ length: 200 }, () => db.query('select 1'));
    const { error } = await timed(db.query('select 1'));
    expect(error).toMatchObject({ name: 'TooManyWaiting' });
    expect(isUnavailable(error)).toBe(true);
    end();
    await running;
    for (const rows of await Promise.all(waiting)) expect(rows).toHaveLength(1);
    await db.query('select 1');
  });
});

describe('whoever asks whether the database works', () => {
  it('hears yes while every connection is taken and answers, and no when nothing answers', async () => {
    await using database = await createTestDatabase();
    await using proxy = await startProxy(database.url);
    await using db = openDb({ url: proxy.url, max: 1, applicationName: 'test' });
    await db.query('select 1');
    using dependencies = watchDependencies(
      [postgres(db, 'Nothing works.')],
      createLogger({ name: 'test', level: 'silent' }),
    );
    const over = new AbortController();
    const turnedAway: unknown[] = [];
    const load = Array.from({ length: 20 }, async () => {
      while (!over.signal.aborted)
        await db.query('select pg_sleep(0.2)').catch((error) => turnedAway.push(error));
    });
    await expect.poll(() => turnedAway.length).toBeGreaterThan(20);
    for (let asked = 0; asked < 3; asked += 1) expect((await dependencies.readiness()).ready).toBe(true);
    proxy.blackhole();
    await expect.poll(async () => (await dependencies.readiness()).ready).toBe(false);
    over.abort();
    await Promise.all(load);
  });
});

describe('closing a pool', () => {
  it('waits two seconds for what a silent server holds up, not for its deadline', async () => {
    await using database = await createTestDatabase();
    await using proxy = await startProxy(database.url);
    const db = openDb({ url: proxy.url, max: 2, applicationName: 'test', queryTimeoutMs: 60_000 });
    await db.query('select 1');
    proxy.blackhole();
    const unanswered = timed(db.query('select 1'));
    await Promise.all([db[Symbol.asyncDispose](), db[Symbol.asyncDispose]()]);
    const { ms, error } = await unanswered;
    expect(isUnavailable(error)).toBe(true);
    expect(ms).toBeLessThan(20_000);
  });

  it('lets what is answered in time end', async () => {
    await using database = await createTestDatabase();
    const db = openDb({ url: database.url, max: 2, applicationName: 'test' });
    const answered = db.query('select 1 as one from pg_sleep(0.3)');
    await db[Symbol.asyncDispose]();
    expect(await answered).toEqual([{ one: 1 }]);
  });
});
