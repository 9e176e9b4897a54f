import { type Db, openDb } from '@turnout/runtime/postgres';
import { inSnapshot } from '@turnout/runtime/postgres-snapshot';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';

const closing = new AsyncDisposableStack();
let db: Db;
let other: Db;
beforeAll(async () => {
  const { url } = closing.use(await createTestDatabase());
  db = closing.use(openDb({ url, max: 1, applicationName: 'snapshot' }));
  other = closing.use(openDb({ url, max: 1, applicationName: 'other' }));
  await db.query('create table public.numbers as select n from generate_series(1, 10) n');
});
afterAll(() => closing.disposeAsync());

const count = 'select count(*) as n from public.numbers';

it('all of it is as of one instant, whatever is written meanwhile', async () => {
  const counts: number[] = [];
  const values = inSnapshot(db, async function* (tx) {
    for (let time = 0; time < 5; time += 1) yield (await tx.query<{ n: number }>(count))[0]?.n ?? 0;
  });
  for await (const n of values) {
    counts.push(n);
    await other.query('insert into public.numbers values (0)');
  }
  expect(counts).toEqual([10, 10, 10, 10, 10]);
  expect(await db.query(count)).toEqual([{ n: 15 }]);
});

it('reads one ahead and then waits for whoever reads', async () => {
  let made = 0;
  const values = inSnapshot(db, async function* (tx) {
    for (;;) {
      await tx.query('select 1');
      made += 1;
      yield made;
    }
  });
  expect(made).toBe(0);
  expect((await values.next()).value).toBe(1);
  await expect.poll(() => made).toBe(2);
  await other.query('select pg_sleep(0.1)');
  expect(made).toBe(2);
  await values.return();
});

it('whoever stops reading gives the connection back', async () => {
  for (let time = 0; time < 3; time += 1) {
    for await (const n of inSnapshot(db, async function* (tx) {
      for (;;) yield await tx.query('select 1');
    })) {
      if (n) break;
    }
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
  }
});

it('cannot write, and tells what went wrong', async () => {
  const writing = inSnapshot(db, async function* (tx) {
    yield 1;
    yield await tx.query('insert into public.numbers values (0)');
  });
  const seen: unknown[] = [];
  await expect(async () => {
    for await (const value of writing) seen.push(value);
  }).rejects.toMatchObject({ code: '25006' });
  expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
});
