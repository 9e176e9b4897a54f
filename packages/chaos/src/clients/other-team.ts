import { eventsExchange } from '@turnout/contracts/topology';
import { type Consumer, openConsumer } from '@turnout/runtime/rabbitmq';
import type { ConsumeMessage } from 'amqplib';

export interface Heard {
  id: string;
  type: string;
  eventId: string;
  /** By the wall clock. */
  at: number;
  /** Handed out again by the broker; otherwise a second copy was published. */
  redelivered: boolean;
  message: Pick<ConsumeMessage, 'content' | 'properties'>;
}

export interface OtherTeam extends AsyncDisposable {
  /** What was on the wire, in the order of arrival. */
  heard: readonly Heard[];
  consumer: Consumer;
}

const queue = 'another-team';
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * A consumer as another team would write it: a durable queue of its own, each message noted before it is acknowledged.
 */
export async function openOtherTeam(amqpUrl: string): Promise<OtherTeam> {
  const heard: Heard[] = [];
  const consumer = openConsumer({
    url: amqpUrl,
    name: queue,
    queue,
    prefetch: 200,
    logger: quiet,
    setup: async (channel) => {
      await channel.assertQueue(queue, {
        durable: true,
        arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000 },
      });
      await channel.bindQueue(queue, eventsExchange, 'turnout.#');
    },
    onMessages: async (batch) => {
      for (const { message, ack } of batch) {
        heard.push(toHeard(message));
        ack();
      }
    },
  });
  return { heard, consumer, [Symbol.asyncDispose]: () => consumer.stop() };
}

function toHeard(message: ConsumeMessage): Heard {
  const { content, properties, fields } = message;
  const { partitionkey } = JSON.parse(content.toString()) as { partitionkey: string };
  return {
    id: String(properties.messageId),
    type: fields.routingKey,
    eventId: partitionkey,
    at: Date.now(),
    redelivered: fields.redelivered,
    message: { content, properties },
  };
}
