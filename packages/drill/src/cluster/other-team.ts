import { eventsExchange } from '@turnout/contracts/topology';
import { openConsumer } from '@turnout/runtime/rabbitmq';
import { waitUntil } from '@turnout/test-kit/wait-until';

const QUEUE = 'other-team';

export interface OtherTeam extends AsyncDisposable {
  /** Messages that came, each counted once. */
  readonly received: ReadonlySet<string>;
  /** Those that came again: published again, or delivered again. */
  readonly repeated: number;
  /**
   * New ones that the broker says it had delivered before, to a connection that was lost. These come when they come.
   */
  readonly redelivered: number;
  /** All other new ones that came after a later one of their event. */
  readonly outOfOrder: number;
}

/** Reads the public stream with a quorum queue of its own, as docs/consuming-events.md asks for. */
export async function openOtherTeam(url: string): Promise<OtherTeam> {
  const received = new Set<string>();
  const latest = new Map<string, number>();
  const found = { repeated: 0, redelivered: 0, outOfOrder: 0 };
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const consumer = openConsumer({
    url,
    name: QUEUE,
    queue: QUEUE,
    prefetch: 500,
    logger,
    async setup(channel) {
      await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      await channel.bindQueue(QUEUE, eventsExchange, 'turnout.#');
    },
    async onMessages(batch) {
      for (const delivery of batch) {
        const event = JSON.parse(delivery.message.content.toString()) as {
          id: string;
          sequence: number;
          partitionkey: string;
        };
        const before = latest.get(event.partitionkey) ?? 0;
        if (received.has(event.id)) found.repeated += 1;
        else if (delivery.message.fields.redelivered) found.redelivered += 1;
        else if (event.sequence < before) found.outOfOrder += 1;
        received.add(event.id);
        latest.set(event.partitionkey, Math.max(before, event.sequence));
        delivery.ack();
      }
    },
  });
  await waitUntil(() => consumer.connected, { within: 20_000 });
  return {
    received,
    get repeated() {
      return found.repeated;
    },
    get redelivered() {
      return found.redelivered;
    },
    get outOfOrder() {
      return found.outOfOrder;
    },
    [Symbol.asyncDispose]: () => consumer[Symbol.asyncDispose](),
  };
}
