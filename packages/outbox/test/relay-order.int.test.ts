import { enqueue } from '@turnout/outbox/enqueue';
import { type Relay, startRelay } from '@turnout/outbox/relay';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect, commit, counts, exchange, logger, message, openTestPublisher } from './support/outbox.ts';

const WRITERS = 8;
const RELAYS = 4;
const ROWS = 20_000;
const KEYS = 40;

describe('several relays and several writers', () => {
  let database: TestDatabase;
  let vhost: TestVhost;
  let db: Db;
  beforeEach(async () => {
    [database, vhost] = await Promise.all([createTestDatabase(), createTestVhost({ empty: true })]);
    const patience = { queryTimeoutMs: 10_000, lockTimeoutMs: 9_000 };
    db = openDb({ url: database.url, max: WRITERS + 2, applicationName: 'writers', ...patience });
  });
  afterEach(async () => {
    await db[Symbol.asyncDispose]();
    await Promise.all([database.drop(), vhost.drop()]);
  });

  it('publish every committed message once, in the order of the commits of its key, and no other', async () => {
    await db.query('create table public.counters (key uuid primary key, n int not null)');
    const keys = Array.from({ length: KEYS }, () => crypto.randomUUID());
    await db.query('insert into counters select unnest($1::uuid[]), 0', [keys]);

    await using opened = new AsyncDisposableStack();
    const collected = opened.use(await collect(vhost.amqpUrl));
    const relays: Relay[] = [];
    for (let i = 0; i < RELAYS; i += 1) {
      // A pool of one, since a relay needs no second connection; and a service's own grants.
      const url = database.urlFor('checkin');
      const relayDb = opened.use(openDb({ url, max: 1, applicationName: 'relay' }));
      const publisher = opened.use(await openTestPublisher(vhost.amqpUrl));
      relays.push(
        opened.use(startRelay({ db: relayDb, publisher, exchange, logger, batchSize: 100, pollMs: 20 })),
      );
    }

    const committed = new Set<string>();
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        while (committed.size < ROWS) {
          const written = await writeSome(keys);
          for (const id of written) committed.add(id);
          relays[writer % RELAYS]?.wake();
        }
      }),
    );
    await waitUntil(async () => (await counts(db)).waiting === 0);
    await waitUntil(() => collected.messages.length >= committed.size);

    expect(collected.messages.length).toBe(committed.size);
    expect(new Set(collected.messages.map(({ id }) => id))).toEqual(committed);
    const last = new Map<string, number>();
    let violations = 0;
    for (const { body } of collected.messages) {
      const [key = '', n] = body.split(' ');
      if (Number(n) !== (last.get(key) ?? 0) + 1) violations += 1;
      last.set(key, Number(n));
    }
    expect(violations).toBe(0);
    expect(await counts(db)).toEqual({ waiting: 0, published: committed.size, dead: 0 });
  });

  /** One transaction: raises the counters of some keys and announces each step. One in ten is rolled back. */
  async function writeSome(keys: string[]): Promise<string[]> {
    const chosen = keys.filter(() => Math.random() < 3 / KEYS);
    const rollBack = new Error('rolled back');
    const messages: ReturnType<typeof message>[] = [];
    try {
      await db.transaction(async (tx) => {
        for (const key of chosen.toSorted()) {
          const steps = 1 + Math.floor(Math.random() * 8);
          const [row] = await tx.query<{ n: number }>(
            'update counters set n = n + $2 where key = $1 returning n',
            [key, steps],
          );
          const end = row?.n ?? 0;
          for (let n = end - steps + 1; n <= end; n += 1) messages.push(message(key, `${key} ${n}`));
        }
        enqueue(tx, messages);
        if (Math.random() < 0.1) throw rollBack;
      });
    } catch (error) {
      if (error !== rollBack) throw error;
      return [];
    }
    return messages.map(({ id }) => id);
  }

  it('publish at once after a wake-up, and without one at the next look', async () => {
    await using publisher = await openTestPublisher(vhost.amqpUrl);
    await using collected = await collect(vhost.amqpUrl);
    await using relayDb = openDb({ url: database.url, max: 1, applicationName: 'relay' });
    const key = crypto.randomUUID();

    const sleepy = startRelay({ db: relayDb, publisher, exchange, logger, pollMs: 60_000 });
    await commit(db, message(key, 'woken'));
    await waitUntil(() => {
      sleepy.wake();
      return collected.messages.length === 1;
    });
    await sleepy[Symbol.asyncDispose]();

    await using polling = startRelay({ db: relayDb, publisher, exchange, logger, pollMs: 20 });
    await commit(db, message(key, 'found'));
    await waitUntil(() => collected.messages.length === 2);
    expect(polling).toBeDefined();
    expect(collected.messages.map(({ body }) => body)).toEqual(['woken', 'found']);
  });
});
