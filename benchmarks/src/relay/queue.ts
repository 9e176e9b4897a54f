import { setTimeout as pause } from 'node:timers/promises';
import { eventsExchange, publicTopology } from '@turnout/contracts/topology';
import { declareTopology } from '@turnout/runtime/rabbitmq';
import { type Channel, connect } from 'amqplib';

const LOOK_EVERY_MS = 10;

/** A quorum queue that gets everything published to the public exchange, and somebody who counts what is in it. */
export interface BenchQueue extends AsyncDisposable {
  name: string;
  channel: Channel;
  empty(): Promise<void>;
  /** Waits until so many messages are there; the broker counts a message when a publisher gets its confirm. */
  holds(count: number, withinMs: number): Promise<void>;
  count(): Promise<number>;
}

export async function openBenchQueue(amqpUrl: string, name = 'bench.relay'): Promise<BenchQueue> {
  const connection = await connect(amqpUrl);
  const channel = await connection.createChannel();
  await declareTopology(channel, publicTopology);
  await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(name, eventsExchange, '#');
  const count = async () => (await channel.checkQueue(name)).messageCount;
  return {
    name,
    channel,
    count,
    async empty() {
      await channel.purgeQueue(name);
    },
    async holds(wanted, withinMs) {
      const until = performance.now() + withinMs;
      let found = await count();
      while (found < wanted) {
        if (performance.now() > until)
          throw new Error(`${found} of ${wanted} messages within ${withinMs} ms`);
        await pause(LOOK_EVERY_MS);
        found = await count();
      }
    },
    async [Symbol.asyncDispose]() {
      await channel.deleteQueue(name).catch(() => undefined);
      await connection.close().catch(() => undefined);
    },
  };
}
