import { type RelayCounts, relayOnce, startRelay } from '@turnout/outbox/relay';
import type { Db } from '@turnout/runtime/postgres';
import type { Publisher } from '@turnout/runtime/rabbitmq';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  collect,
  commit,
  counts,
  declareExchange,
  exchange,
  logger,
  message,
  openTestPublisher,
} from './support/outbox.ts';

const nothing: RelayCounts = { published: 0, returned: 0, nacked: 0, unknown: 0, dead: 0, contended: 0 };

describe('a message that the broker does not take', () => {
  let database: TestDatabase;
  let vhost: TestVhost;
  let db: Db;
  let publisher: Publisher;
  beforeEach(async () => {
    [database, vhost] = await Promise.all([createTestDatabase(), createTestVhost({ empty: true })]);
    db = openTestDb(database.url, 2);
  });
  afterEach(async () => {
    await publisher[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
    await Promise.all([database.drop(), vhost.drop()]);
  });

  const once = (more: object = {}) => relayOnce({ db, publisher, exchange, ...more });
  const waiting = () => db.query('select body, attempts, last_error from outbox.messages order by sequence');

  it('stays, and its attempts are counted, when no queue is bound', async () => {
    publisher = await openTestPublisher(vhost.amqpUrl, declareExchange);
    await commit(db, message(crypto.randomUUID(), 'lonely'));
    expect(await once()).toEqual({ ...nothing, returned: 1 });
    expect(await once()).toEqual({ ...nothing, returned: 1 });
    expect(await waiting()).toEqual([{ body: 'lonely', attempts: 2, last_error: 'returned as unroutable' }]);
    expect(await counts(db)).toEqual({ waiting: 1, published: 0, dead: 0 });
  });

  it('makes the later ones of its key wait, and no others', async () => {
    publisher = await openTestPublisher(vhost.amqpUrl);
    await using collected = await collect(vhost.amqpUrl);
    const [stuck, free] = [crypto.randomUUID(), crypto.randomUUID()];
    await commit(
      db,
      message(stuck, '1'),
      message(stuck, '2', 'unwanted'),
      message(stuck, '3'),
      message(free, '4'),
    );
    let published = 0;
    // The two keys may be of two partitions or of one: a look at the outbox takes one batch of each.
    for (let i = 0; i < 3; i += 1) published += (await once()).published;
    expect(published).toBe(2);
    expect(await waiting()).toMatchObject([
      { body: '2', attempts: 3 },
      { body: '3', attempts: 0 },
    ]);
    await waitUntil(() => collected.messages.length === 2);
    expect(collected.messages.map(({ body }) => body).toSorted()).toEqual(['1', '4']);
  });

  it('is put aside after its last attempt, and those behind it go on in order', async () => {
    publisher = await openTestPublisher(vhost.amqpUrl);
    await using collected = await collect(vhost.amqpUrl);
    const key = crypto.randomUUID();
    const bad = message(key, 'bad', 'unwanted');
    await commit(db, bad, message(key, 'good'), message(key, 'better'));
    expect(await once({ maxAttempts: 2 })).toEqual({ ...nothing, returned: 1 });
    expect(await once({ maxAttempts: 2 })).toEqual({ ...nothing, returned: 1, dead: 1 });
    expect(await once({ maxAttempts: 2 })).toEqual({ ...nothing, published: 2 });
    await waitUntil(() => collected.messages.length === 2);
    expect(collected.messages.map(({ body }) => body)).toEqual(['good', 'better']);
    const dead = await db.query('select message_id, body, attempts, reason from outbox.dead');
    expect(dead).toEqual([
      { message_id: bad.id, body: 'bad', attempts: 2, reason: 'returned as unroutable 2 times' },
    ]);
  });

  it('stays without being counted when a queue is full, and is sent when there is room', async () => {
    publisher = await openTestPublisher(vhost.amqpUrl, async (channel) => {
      await declareExchange(channel);
      const queueArguments = { 'x-max-length': 1, 'x-overflow': 'reject-publish' };
      await channel.assertQueue('small', { durable: true, arguments: queueArguments });
      await channel.bindQueue('small', exchange, 'wanted');
    });
    const key = crypto.randomUUID();
    await commit(db, message(key, '1'), message(key, '2'));
    expect(await once()).toMatchObject({ published: 1, nacked: 1 });
    // It goes on with a fresh channel.
    await waitUntil(() => publisher.connected);
    expect(await once()).toMatchObject({ published: 0, nacked: 1 });
    expect(await waiting()).toMatchObject([
      { body: '2', attempts: 0, last_error: 'refused by the broker (nack)' },
    ]);
  });

  it('is left alone for a while by a running relay, which sends everything else meanwhile', async () => {
    publisher = await openTestPublisher(vhost.amqpUrl);
    await using collected = await collect(vhost.amqpUrl);
    const stuck = crypto.randomUUID();
    await commit(db, message(stuck, 'bad', 'unwanted'), message(stuck, 'behind'));
    const relay = startRelay({ db, publisher, exchange, logger, pollMs: 10 });
    for (let i = 0; i < 20; i += 1) {
      await commit(db, message(crypto.randomUUID(), `other ${i}`));
      relay.wake();
    }
    await waitUntil(() => collected.messages.length === 20);
    await relay[Symbol.asyncDispose]();
    expect(await waiting()).toMatchObject([{ body: 'bad' }, { body: 'behind', attempts: 0 }]);

    await using lastTry = startRelay({ db, publisher, exchange, logger, pollMs: 10, maxAttempts: 1 });
    lastTry.wake();
    await waitUntil(() => collected.messages.length === 21);
    expect(collected.messages.at(-1)?.body).toBe('behind');
    // Delivered comes before written down.
    await expect.poll(() => counts(db)).toEqual({ waiting: 0, published: 21, dead: 1 });
  });
});
