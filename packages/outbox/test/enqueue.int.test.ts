import { enqueue } from '@turnout/outbox/enqueue';
import { type Db, isUniqueViolation } from '@turnout/runtime/postgres';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commit, counts, message } from './support/outbox.ts';

describe('enqueuing', () => {
  let database: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = openTestDb(database.url, 20);
  });
  beforeEach(() => db.query('truncate outbox.messages'));
  afterAll(async () => {
    await db[Symbol.asyncDispose]();
    await database.drop();
  });

  const bodies = async () =>
    (await db.query<{ body: string }>('select body from outbox.messages order by sequence')).map(
      ({ body }) => body,
    );
  const newKey = () => crypto.randomUUID();

  it('keeps the messages of a transaction in their order, each in the partition of its key', async () => {
    const [one, two] = [newKey(), newKey()];
    await commit(db, message(one, 'a'), message(two, 'b'), message(one, 'c'));
    expect(await bodies()).toEqual(['a', 'b', 'c']);
    const partitions = await db.query('select distinct partition_key, partition from outbox.messages');
    expect(partitions).toHaveLength(2);
  });

  it('leaves no message of a transaction that is rolled back', async () => {
    const work = db.transaction(async (tx) => {
      enqueue(tx, [message(newKey())]);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await counts(db)).toMatchObject({ waiting: 0 });
  });

  it('does nothing for no messages', async () => {
    await commit(db);
    expect(await counts(db)).toMatchObject({ waiting: 0 });
  });

  it('refuses an id that is waiting already', async () => {
    const one = message(newKey());
    await commit(db, one);
    const again = commit(db, one);
    await expect(again).rejects.toSatisfy((error) => isUniqueViolation(error, 'messages_message_id'));
  });

  it('refuses a routing key that the broker could never take', async () => {
    await expect(commit(db, message(newKey(), '', 'x'.repeat(256)))).rejects.toThrow('over 255 bytes');
  });

  it('keeps text exactly, and the headers it is given', async () => {
    const text = '{"name":"Zażółć 🎟️ \\u0000 \'; drop table"}';
    await commit(db, { ...message(newKey(), text), headers: { traceparent: '00-aa-bb-01' } });
    const rows = await db.query('select body, headers from outbox.messages');
    expect(rows).toEqual([{ body: text, headers: { traceparent: '00-aa-bb-01' } }]);
  });

  it('makes a transaction wait for the commit of an earlier one of its key, and of no other', async () => {
    const key = newKey();
    const order: string[] = [];
    let second: Promise<void> | undefined;
    await db.transaction(async (tx) => {
      enqueue(tx, [message(key, 'first')]);
      await tx.query('select 1'); // answered after it
      second = commit(db, message(key, 'second')).then(() => void order.push('second'));
      await waitUntil(someoneWaits);
      await commit(db, message(newKey(), 'other key'));
      order.push('first');
    });
    await second;
    expect(order).toEqual(['first', 'second']);
    expect(await bodies()).toEqual(['first', 'other key', 'second']);
  });

  const someoneWaits = async () => {
    const waiting = await db.query(
      `select from pg_locks join pg_database on pg_database.oid = pg_locks.database
       where datname = current_database() and locktype = 'advisory' and not granted`,
    );
    return waiting.length > 0;
  };

  it('never deadlocks, whatever the order of the keys', async () => {
    const keys = Array.from({ length: 5 }, newKey);
    const shuffled = () => keys.toSorted(() => Math.random() - 0.5);
    const transactions = Array.from({ length: 100 }, () =>
      commit(db, ...shuffled().map((key) => message(key))),
    );
    await Promise.all(transactions);
    expect(await counts(db)).toMatchObject({ waiting: 500 });
  });

  it('never shows a message of a key before an earlier one of it', async () => {
    const keys = Array.from({ length: 3 }, newKey);
    const seen = new Map<string, number>();
    const known = new Set<string>();
    let writing = true;
    const writers = Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 40; i += 1) await commit(db, message(keys[i % 3] ?? '', String(i)));
    });
    const watcher = (async () => {
      while (writing) {
        const rows = await db.query<{ id: string; key: string; sequence: number }>(
          'select message_id as id, partition_key as key, sequence from outbox.messages order by sequence',
        );
        for (const { id, key, sequence } of rows.filter((row) => !known.has(row.id))) {
          known.add(id);
          expect(sequence).toBeGreaterThan(seen.get(key) ?? 0);
          seen.set(key, sequence);
        }
      }
    })();
    await Promise.all(writers);
    writing = false;
    await watcher;
    expect(known.size).toBeGreaterThan(0);
  });
});
