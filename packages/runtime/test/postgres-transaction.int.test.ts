import { type Db, isUnavailable, requireDurablePostgres, type Tx } from '@turnout/runtime/postgres';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('a transaction', () => {
  let database: TestDatabase;
  let db: Db;

  beforeAll(async () => {
    database = await createTestDatabase();
    // A pool of one: whatever takes a second connection fails here at once.
    db = openTestDb(database.url, 1);
    await db.query('create table public.notes (id int primary key, text text)');
  });
  afterAll(async () => {
    await db[Symbol.asyncDispose]();
    await database.drop();
  });

  const ids = async () =>
    (await db.query<{ id: number }>('select id from notes order by id')).map(({ id }) => id);

  it('commits what its work did, and answers what the work answered', async () => {
    const answer = await db.transaction(async (tx) => {
      await tx.query('insert into notes (id) values ($1)', [1]);
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await ids()).toEqual([1]);
  });

  it('leaves nothing behind when its work throws', async () => {
    const work = db.transaction(async (tx) => {
      await tx.query('insert into notes (id) values ($1)', [2]);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await ids()).toEqual([1]);
  });

  it('does not call itself committed when the work swallowed a failed statement', async () => {
    const work = db.transaction(async (tx) => {
      await tx.query('insert into notes (id) values ($1)', [3]);
      await tx.query('insert into notes (id) values ($1)', [3]).catch(() => undefined);
    });
    await expect(work).rejects.toThrow('rolled back');
    expect(await ids()).toEqual([1]);
  });

  it('refuses a query after its end', async () => {
    let kept: Tx | undefined;
    await db.transaction(async (tx) => {
      kept = tx;
    });
    await expect(kept?.query('select 1')).rejects.toThrow('transaction is over');
  });

  it('discards a connection that the server ended in the middle', async () => {
    await using other = openTestDb(database.url, 1);
    const work = db.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await other.query('select pg_terminate_backend($1)', [row?.pid]);
      await tx.query('select 1');
    });
    await expect(work).rejects.toSatisfy(isUnavailable);
    expect(await ids()).toEqual([1]);
  });

  it('survives that the server ends every idle connection', async () => {
    await using other = openTestDb(database.url, 1);
    await other.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = 'test' and datname = current_database()`,
    );
    await expect.poll(ids).toEqual([1]);
  });

  it('reads a bigint as a number, a date as its text, and refuses a bigint that would be rounded', async () => {
    const [row] = await db.query(
      `select 9007199254740991::int8 as count, array[1, null]::int8[] as counts, date '2026-03-01' as day,
              array[date '2026-03-01'] as days, timestamptz '2026-03-01 12:00:00.123+00' as at, '{"a": 1}'::jsonb as json`,
    );
    expect(row).toEqual({
      count: Number.MAX_SAFE_INTEGER,
      counts: [1, null],
      day: '2026-03-01',
      days: ['2026-03-01'],
      at: new Date('2026-03-01T12:00:00.123Z'),
      json: { a: 1 },
    });
    await expect(db.query('select 9007199254740993::int8 as count')).rejects.toThrow('9007199254740993');
    expect(await ids()).toEqual([1]);
  });

  it('refuses a server that could lose an answered commit', async () => {
    await requireDurablePostgres(db);
    await db.transaction(async (tx) => {
      await tx.query('set local synchronous_commit = off');
      await expect(requireDurablePostgres(tx)).rejects.toThrow('synchronous_commit off');
    });
  });
});
