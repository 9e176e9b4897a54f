import { enqueue, type OutboxMessage } from '@turnout/outbox/enqueue';
import type { Db } from '@turnout/runtime/postgres';
import { openConsumer, openPublisher, type Publisher } from '@turnout/runtime/rabbitmq';
import { waitUntil } from '@turnout/test-kit/wait-until';
import type { Channel } from 'amqplib';

export const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
export const exchange = 'facts';
const queue = 'collected';

export function message(partitionKey: string, body = '', routingKey = 'wanted'): OutboxMessage {
  return { id: crypto.randomUUID(), partitionKey, routingKey, contentType: 'text/plain', body };
}

/** Commits messages, each call in a transaction of its own. */
export async function commit(db: Db, ...messages: OutboxMessage[]): Promise<void> {
  await db.transaction(async (tx) => enqueue(tx, messages));
}

/** The exchange, and a queue for what has the routing key `wanted`; everything else is unroutable. */
export async function declareExchange(channel: Channel): Promise<void> {
  await channel.assertExchange(exchange, 'topic', { durable: true });
}

export async function declareCollected(channel: Channel): Promise<void> {
  await declareExchange(channel);
  await channel.assertQueue(queue, { durable: true });
  await channel.bindQueue(queue, exchange, 'wanted');
}

export async function openTestPublisher(url: string, setup = declareCollected): Promise<Publisher> {
  const publisher = openPublisher({ url, name: 'relay', logger, setup });
  await waitUntil(() => publisher.connected);
  return publisher;
}

export interface Collected {
  id: string;
  body: string;
  headers: Record<string, unknown>;
}

/** Everything that was delivered to the queue, in order, redeliveries by the broker left out. */
export async function collect(url: string): Promise<AsyncDisposable & { messages: Collected[] }> {
  const messages: Collected[] = [];
  const consumer = openConsumer({
    url,
    name: 'collector',
    queue,
    prefetch: 1_000,
    logger,
    setup: declareCollected,
    onMessages: async (batch) => {
      for (const delivery of batch) {
        const { content, fields, properties } = delivery.message;
        const headers = (properties.headers ?? {}) as Record<string, unknown>;
        if (!fields.redelivered)
          messages.push({ id: String(properties.messageId), body: content.toString(), headers });
        delivery.ack();
      }
    },
  });
  await waitUntil(() => consumer.connected);
  return { messages, [Symbol.asyncDispose]: () => consumer.stop() };
}

/** What is in the three tables, in numbers. */
export async function counts(db: Db): Promise<{ waiting: number; published: number; dead: number }> {
  const [row] = await db.query<{ waiting: number; published: number; dead: number }>(
    `select (select count(*) from outbox.messages) as waiting,
            (select coalesce(sum(cardinality(message_ids)), 0) from outbox.published)::int8 as published,
            (select count(*) from outbox.dead) as dead`,
  );
  return row ?? { waiting: 0, published: 0, dead: 0 };
}
