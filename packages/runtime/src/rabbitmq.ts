import type { Channel } from 'amqplib';

export { type Consumer, type ConsumerConfig, type Delivery, openConsumer } from './rabbitmq-consumer.ts';
export {
  type OutgoingMessage,
  openPublisher,
  type Publisher,
  type PublisherConfig,
  type PublishOutcome,
} from './rabbitmq-publisher.ts';

/** Exchanges, queues and bindings as plain data, in the broker's own words. */
export interface Topology {
  readonly exchanges: readonly { name: string; type: string; durable: boolean; arguments: object }[];
  readonly queues: readonly { name: string; durable: boolean; arguments: object }[];
  readonly bindings: readonly { exchange: string; queue: string; routingKey: string }[];
}

/**
 * Declares what is missing. Throws, and the broker closes the channel, when something exists with other properties:
 * it has to be deleted by hand, which nothing here does.
 */
export async function declareTopology(channel: Channel, topology: Topology): Promise<void> {
  for (const { name, type, durable, arguments: args } of topology.exchanges) {
    await channel.assertExchange(name, type, { durable, arguments: args });
  }
  for (const { name, durable, arguments: args } of topology.queues) {
    await channel.assertQueue(name, { durable, arguments: args });
  }
  for (const { exchange, queue, routingKey } of topology.bindings) {
    await channel.bindQueue(queue, exchange, routingKey);
  }
}
