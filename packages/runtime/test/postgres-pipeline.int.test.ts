import { type Db, openDb } from '@turnout/runtime/postgres';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const insert = { name: 'insert_stone', text: 'insert into stones (id) values ($1)' };
const count = { name: 'count_stones', text: 'select count(*) as count from stones' };
const misspelt = { name: 'misspelt', text: 'select nothing from nowhere' };
const half = { name: 'half', text: 'select 10 / $1::int as half' };

const waiting = `
  select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

describe('statements of one turn', () => {
  let database: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = openTestDb(database.url, 1);
    await db.query('create table public.stones (id int primary key)');
  });
  beforeEach(() => db.query('truncate stones'));
  afterAll(async () => {
    await db[Symbol.asyncDispose]();
    await database.drop();
  });

  const stones = async () => (await db.query<{ count: number }>(count))[0]?.count;

  it('run in the order in which they were sent, each seeing those before it, and answer each its own rows', async () => {
    const seen = await db.transaction(async (tx) => {
      tx.send(insert, [1]);
      const first = tx.query(count);
      tx.send(insert, [2]);
      const second = tx.query('select id, id::text as text from stones order by id');
      return await Promise.all([first, second]);
    });
    expect(seen).toEqual([
      [{ count: 1 }],
      [
        { id: 1, text: '1' },
        { id: 2, text: '2' },
      ],
    ]);
    expect(await stones()).toBe(2);
  });

  it('wait for each other in PostgreSQL: what is read behind a lock is read after the wait', async () => {
    await using other = openTestDb(database.url, 2);
    await db.query(insert, [1]);
    const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const holder = other.transaction(async (tx) => {
      await tx.query('select from stones where id = 1 for update');
      isLocked();
      await released;
      tx.send(insert, [2]);
    });
    await locked;
    const reader = db.transaction(async (tx) => {
      const [, rows] = await Promise.all([
        tx.query('select from stones where id = 1 for update'),
        tx.query<{ count: number }>(count),
      ]);
      return rows[0]?.count;
    });
    await waitUntil(async () => (await other.query(waiting)).length === 1).finally(release);
    await holder;
    expect(await reader).toBe(2);
  });

  it('fail together, with the error of the one that failed, and leave nothing', async () => {
    await db.query(insert, [1]);
    const work = db.transaction(async (tx) => {
      tx.send(insert, [2]);
      tx.send(insert, [1]);
      tx.send(insert, [3]);
    });
    await expect(work).rejects.toMatchObject({ code: '23505' });
    expect(await stones()).toBe(1);
  });

  it('can be sent again on the same connection after one that PostgreSQL could not read, or could not run', async () => {
    for (const again of [1, 2]) {
      await expect(db.query(misspelt)).rejects.toMatchObject({ code: '42P01' });
      await expect(db.query(half, [0])).rejects.toMatchObject({ code: '22012' });
      expect(await db.query(half, [5])).toEqual([{ half: 2 }]);
      await db.transaction(async (tx) => tx.send(insert, [again]));
    }
    expect(await stones()).toBe(2);
  });

  it('are not committed when one has a value that cannot be sent', async () => {
    const work = db.transaction(async (tx) => {
      tx.send(insert, [1]);
      tx.send('insert into stones select ($1::jsonb -> 0)::int', [{ id: 1n }]);
    });
    await expect(work).rejects.toThrow('BigInt');
    expect(await stones()).toBe(0);
  });

  it('are parsed anew after their table has changed: only the first that notices fails', async () => {
    const all = { name: 'all_pebbles', text: 'select * from pebbles' };
    await db.query('create table public.pebbles (id int)');
    expect(await db.query(all)).toEqual([]);
    await db.query('alter table pebbles add column colour text');
    await expect(db.query(all)).rejects.toMatchObject({ code: '0A000' });
    await db.query(`insert into pebbles values (1, 'grey')`);
    expect(await db.query(all)).toEqual([{ id: 1, colour: 'grey' }]);
  });

  it('are refused when two of them have one name, and when they copy', async () => {
    await expect(db.query({ ...count, text: 'select 0 as count' })).rejects.toThrow(
      'have the name count_stones',
    );
    await expect(db.query('copy stones from stdin')).rejects.toMatchObject({ code: '57014' });
    expect(await stones()).toBe(0);
  });

  it('say so when a value cannot be read, and the connection goes on', async () => {
    const work = db.transaction(async (tx) => {
      tx.send(insert, [1]);
      await tx.query('select 9007199254740993::int8 as count');
    });
    await expect(work).rejects.toThrow('9007199254740993');
    expect(await stones()).toBe(0);
  });

  it('are the whole transaction, whose isolation the first of them may choose', async () => {
    await using steady = openDb({ url: database.url, max: 1, applicationName: 'test', steadyPlans: true });
    const level = await steady.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read, read only');
      return await tx.query('show transaction_isolation');
    });
    expect(level).toEqual([{ transaction_isolation: 'repeatable read' }]);
  });

  it('are answered with nothing where they are empty', async () => {
    expect(await db.query('')).toEqual([]);
    expect(await db.query('-- nothing')).toEqual([]);
  });

  it('carry values as they are: text with quotes, arrays with nulls, bytes, times, JSON', async () => {
    const at = new Date('2026-03-01T12:00:00.123Z');
    const texts = ['a "quoted" \\ one', 'null', '', ' ', 'a,b', null, '{}', 'Łódź 🎟'];
    const rows = await db.query(
      `select $1::text as one, $2::text[] as many, $3::timestamptz as at, $4::jsonb as json, $5::boolean as yes,
         $6::bytea[] as bytes`,
      [texts[0], texts, at, { a: [1] }, true, [Buffer.of(0, 92, 34, 255), null]],
    );
    const bytes = [Buffer.of(0, 92, 34, 255), null];
    expect(rows).toEqual([{ one: texts[0], many: texts, at, json: { a: [1] }, yes: true, bytes }]);
  });
});
