import { relayOnce, startRelay } from '@turnout/outbox/relay';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { openPublisher } from '@turnout/runtime/rabbitmq';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { type FaultProxy, startProxy } from '@turnout/test-kit/start-proxy';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  collect,
  commit,
  counts,
  declareCollected,
  exchange,
  logger,
  message,
  openTestPublisher,
} from './support/outbox.ts';

describe('a broker that is lost', () => {
  let database: TestDatabase;
  let vhost: TestVhost;
  let proxy: FaultProxy;
  let db: Db;
  beforeEach(async () => {
    [database, vhost] = await Promise.all([createTestDatabase(), createTestVhost({ empty: true })]);
    proxy = await startProxy(vhost.amqpUrl);
    db = openTestDb(database.url, 2);
  });
  afterEach(async () => {
    await db[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await Promise.all([database.drop(), vhost.drop()]);
  });

  const someMessages = (count: number) => {
    const key = crypto.randomUUID();
    return Array.from({ length: count }, (_, index) => message(key, String(index)));
  };

  it('in the middle of a batch: the rows stay and are sent again with the same ids, in order', async () => {
    await using collected = await collect(vhost.amqpUrl);
    await using publisher = await openTestPublisher(proxy.url);
    const sent = someMessages(300);
    await commit(db, ...sent);

    proxy.loseAnswers();
    const lost = relayOnce({ db, publisher, exchange });
    // They have arrived, and nobody told the relay.
    await waitUntil(() => collected.messages.length === sent.length);
    proxy.cut();
    expect(await lost).toMatchObject({ published: 0, unknown: 300 });
    expect(await counts(db)).toEqual({ waiting: 300, published: 0, dead: 0 });

    proxy.heal();
    await waitUntil(() => publisher.connected);
    // Nothing is sent again by the publisher itself.
    expect(collected.messages).toHaveLength(300);
    expect(await relayOnce({ db, publisher, exchange })).toMatchObject({ published: 300, unknown: 0 });
    await waitUntil(() => collected.messages.length === 600);
    const ids = sent.map(({ id }) => id);
    expect(collected.messages.map(({ id }) => id)).toEqual([...ids, ...ids]);
    expect(await counts(db)).toEqual({ waiting: 0, published: 300, dead: 0 });
  });

  it('without an answer: the relay does not wait longer than its deadline', async () => {
    await using publisher = await openTestPublisher(proxy.url);
    await commit(db, ...someMessages(10));
    proxy.blackhole();
    // A relay that waits for ever would fail this test by its time.
    const counts = await relayOnce({ db, publisher, exchange, publishTimeoutMs: 300 });
    expect(counts).toMatchObject({ published: 0, unknown: 10 });
  });

  it('for a while: messages wait in the outbox, and drain by themselves when it is back', async () => {
    await using collected = await collect(vhost.amqpUrl);
    proxy.cut();
    await using publisher = openPublisher({ url: proxy.url, name: 'relay', logger, setup: declareCollected });
    await using relay = startRelay({ db, publisher, exchange, logger, pollMs: 20 });
    for (const one of someMessages(50)) {
      await commit(db, one);
      relay.wake();
    }
    expect(publisher.connected).toBe(false);
    expect(await counts(db)).toEqual({ waiting: 50, published: 0, dead: 0 });
    proxy.heal();
    await waitUntil(() => collected.messages.length === 50);
    expect(collected.messages.map(({ body }) => body)).toEqual(
      Array.from({ length: 50 }, (_, i) => String(i)),
    );
  });

  it('again and again under load: nothing is missing, and each message is in order', async () => {
    await using collected = await collect(vhost.amqpUrl);
    await using publisher = await openTestPublisher(proxy.url);
    await using relay = startRelay({ db, publisher, exchange, logger, pollMs: 10, batchSize: 50 });
    const sent = someMessages(2_000);
    for (let i = 0; i < sent.length; i += 100) {
      await commit(db, ...sent.slice(i, i + 100));
      relay.wake();
      if (i % 500 === 0) {
        await waitUntil(() => publisher.connected);
        proxy.cut();
        proxy.heal();
      }
    }
    await waitUntil(async () => (await counts(db)).waiting === 0);
    await waitUntil(() => new Set(collected.messages.map(({ id }) => id)).size === sent.length);
    const firsts = new Set(collected.messages.map(({ id }) => id));
    expect([...firsts]).toEqual(sent.map(({ id }) => id));
  });
});

describe('a database that is lost', () => {
  it('for a while: the relay goes on when it is back', async () => {
    await using database = await createTestDatabase();
    await using vhost = await createTestVhost({ empty: true });
    await using proxy = await startProxy(database.url);
    await using direct = openTestDb(database.url, 1);
    await using db = openDb({ url: proxy.url, max: 1, applicationName: 'relay' });
    await using publisher = await openTestPublisher(vhost.amqpUrl);
    const problems: string[] = [];
    const listening = { ...logger, warn: (_: object, text: string) => void problems.push(text) };
    await using relay = startRelay({ db, publisher, exchange, logger: listening, pollMs: 20 });
    proxy.cut();
    await commit(direct, message(crypto.randomUUID()));
    await waitUntil(() => problems.length > 0);
    expect(problems).toEqual(['the outbox cannot be read, trying again']);
    proxy.heal();
    relay.wake();
    await waitUntil(async () => (await counts(direct)).published === 1);
  });
});
