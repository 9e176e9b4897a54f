import {
  type Consumer,
  type Delivery,
  declareTopology,
  openConsumer,
  openPublisher,
  type Publisher,
} from '@turnout/runtime/rabbitmq';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { callManagement, createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

const topology = {
  exchanges: [
    { name: 'facts', type: 'topic', durable: true, arguments: {} },
    { name: 'facts.dead', type: 'fanout', durable: true, arguments: {} },
  ],
  queues: [
    {
      name: 'work',
      durable: true,
      arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 3, 'x-dead-letter-exchange': 'facts.dead' },
    },
    { name: 'dead', durable: true, arguments: { 'x-queue-type': 'quorum' } },
  ],
  bindings: [
    { exchange: 'facts', queue: 'work', routingKey: '#' },
    { exchange: 'facts.dead', queue: 'dead', routingKey: '' },
  ],
};

describe('consuming', () => {
  let vhost: TestVhost;
  let publisher: Publisher;
  let consumers: Consumer[];

  beforeEach(async () => {
    vhost = await createTestVhost({ empty: true });
    consumers = [];
    publisher = openPublisher({
      url: vhost.amqpUrl,
      name: 'publisher',
      logger,
      setup: (channel) => declareTopology(channel, topology),
    });
    await waitUntil(() => publisher.connected);
  });
  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await publisher[Symbol.asyncDispose]();
    await vhost.drop();
  });

  function consume(
    onMessages: (batch: readonly Delivery[]) => Promise<void>,
    different: { url?: string; queue?: string; prefetch?: number } = {},
  ): Consumer {
    const consumer = openConsumer({
      url: vhost.amqpUrl,
      name: 'consumer',
      queue: 'work',
      prefetch: 20,
      ...different,
      logger,
      setup: (channel) => declareTopology(channel, topology),
      onMessages,
    });
    consumers.push(consumer);
    return consumer;
  }

  async function publish(...bodies: string[]): Promise<void> {
    const outcomes = await publisher.publishAll(
      bodies.map((body) => ({
        id: crypto.randomUUID(),
        exchange: 'facts',
        routingKey: 'fact',
        contentType: 'text/plain',
        headers: {},
        body,
      })),
      5_000,
    );
    expect(new Set(outcomes)).toEqual(new Set(['confirmed']));
  }

  const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));
  const bodyOf = ({ message }: Delivery) => message.content.toString();

  /** Reads a queue through a consumer of its own, until so many have arrived. */
  async function drained(queue: string, count: number): Promise<string[]> {
    const found: string[] = [];
    const reader = consume(
      async (batch) => {
        for (const delivery of batch) {
          found.push(bodyOf(delivery));
          delivery.ack();
        }
      },
      { queue },
    );
    await waitUntil(() => found.length >= count);
    await reader.stop();
    return found;
  }

  it('gathers what has arrived, one batch at a time, in order', async () => {
    const seen: string[] = [];
    const sizes: number[] = [];
    let running = 0;
    await publish(...numbers(200));
    consume(async (batch) => {
      running += 1;
      expect(running).toBe(1);
      sizes.push(batch.length);
      await Promise.resolve();
      for (const delivery of batch) {
        seen.push(bodyOf(delivery));
        delivery.ack();
      }
      running -= 1;
    });
    await waitUntil(() => seen.length >= 200);
    expect(seen).toEqual(numbers(200));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
    expect(sizes.length).toBeLessThan(200);
  });

  it('sends a rejected message to the dead-letter queue, and only that one', async () => {
    await publish('good', 'bad', 'fine');
    const handled: string[] = [];
    consume(async (batch) => {
      for (const delivery of batch) {
        if (bodyOf(delivery) === 'bad') delivery.reject({ requeue: false });
        else {
          handled.push(bodyOf(delivery));
          delivery.ack();
        }
      }
    });
    await waitUntil(() => handled.length === 2);
    expect(handled).toEqual(['good', 'fine']);
    expect(await drained('dead', 1)).toEqual(['bad']);
  });

  it('offers a message again that could not be handled now, without using up its deliveries', async () => {
    await publish('waits');
    const attempts: boolean[] = [];
    consume(async ([delivery]) => {
      attempts.push(delivery?.message.fields.redelivered ?? true);
      if (attempts.length < 4) throw new Error('the database is down');
      delivery?.ack();
    });
    await waitUntil(() => attempts.length === 4);
    expect(attempts).toEqual([false, false, false, false]);
  });

  it('says what waits in its queue, and what it holds without an answer', async () => {
    await publish(...numbers(5));
    const gone = Promise.withResolvers<void>();
    const consumer = consume(
      async (batch) => {
        await gone.promise;
        for (const delivery of batch) delivery.ack();
      },
      { prefetch: 2 },
    );
    expect(await consumer.waiting()).toBeNull();
    await expect.poll(() => consumer.waiting()).toEqual({ ready: 3, held: 2 });
    gone.resolve();
    await expect.poll(() => consumer.waiting()).toEqual({ ready: 0, held: 0 });
  });

  it('keeps only what was left without an answer when a batch fails half-way', async () => {
    await publish('first', 'second', 'third');
    const seen: string[] = [];
    let failed = false;
    consume(async (batch) => {
      for (const delivery of batch) {
        seen.push(bodyOf(delivery));
        if (bodyOf(delivery) === 'second' && !failed) {
          failed = true;
          throw new Error('not now');
        }
        delivery.ack();
      }
    });
    await waitUntil(() => seen.includes('third'));
    expect(seen).toEqual(['first', 'second', 'second', 'third']);
  });

  it('gives up a message that is requeued again and again, after the delivery limit', async () => {
    await publish('poison', 'good');
    let deliveries = 0;
    consume(async (batch) => {
      for (const delivery of batch) {
        if (bodyOf(delivery) === 'good') delivery.ack();
        else {
          deliveries += 1;
          delivery.reject({ requeue: true });
        }
      }
    });
    expect(await drained('dead', 1)).toEqual(['poison']);
    expect(deliveries).toBeLessThanOrEqual(4);
  });

  it('declares its queue again after it was deleted, and goes on', async () => {
    const seen: string[] = [];
    const consumer = consume(async (batch) => {
      for (const delivery of batch) {
        seen.push(bodyOf(delivery));
        delivery.ack();
      }
    });
    await publish('before');
    await waitUntil(() => seen.length === 1);
    await callManagement('DELETE', `/api/queues/${vhost.name}/work`);
    await waitUntil(() => !consumer.connected);
    await waitUntil(() => consumer.connected);
    await publish('after');
    await waitUntil(() => seen.length === 2);
    expect(seen).toEqual(['before', 'after']);
  });

  it('waits for a queue that does not exist yet', async () => {
    const seen: string[] = [];
    const consumer = openConsumer({
      url: vhost.amqpUrl,
      name: 'early',
      queue: 'later',
      prefetch: 10,
      logger,
      onMessages: async (batch) => {
        for (const delivery of batch) {
          seen.push(bodyOf(delivery));
          delivery.ack();
        }
      },
    });
    consumers.push(consumer);
    await callManagement('PUT', `/api/queues/${vhost.name}/later`, { durable: true });
    await callManagement('POST', `/api/bindings/${vhost.name}/e/facts/q/later`, { routing_key: '#' });
    await waitUntil(() => consumer.connected);
    await publish('hello');
    await waitUntil(() => seen.length === 1);
  });

  it('finishes the running batch when it is stopped, and leaves the rest to others', async () => {
    await publish(...numbers(30));
    const seen: string[] = [];
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
    const consumer = consume(
      async (batch) => {
        await gate;
        for (const delivery of batch) {
          seen.push(bodyOf(delivery));
          delivery.ack();
        }
      },
      { prefetch: 10 },
    );
    await waitUntil(() => consumer.connected);
    const stopped = consumer.stop();
    openGate();
    await stopped;
    expect(seen.length).toBeLessThanOrEqual(10);
    const rest = await drained('work', 30 - seen.length);
    expect([...seen, ...rest].toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers(30));
  });

  it('handles again what it was handling when the connection was lost, and answers it on the new one', async () => {
    await publish('held');
    await using proxy = await startProxy(vhost.amqpUrl);
    const seen: boolean[] = [];
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
    const consumer = consume(
      async ([delivery]) => {
        seen.push(delivery?.message.fields.redelivered ?? false);
        await gate;
        delivery?.ack();
      },
      { url: proxy.url },
    );
    await waitUntil(() => seen.length === 1);
    proxy.cut();
    proxy.heal();
    await waitUntil(() => !consumer.connected);
    openGate();
    await waitUntil(() => seen.length === 2);
    expect(seen).toEqual([false, true]);
    await consumer.stop();
  });
});
