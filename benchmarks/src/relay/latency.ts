import { setTimeout as pause } from 'node:timers/promises';
import { eventsExchange } from '@turnout/contracts/topology';
import { enqueue } from '@turnout/outbox/enqueue';
import { startRelay } from '@turnout/outbox/relay';
import { newId } from '@turnout/runtime/ids';
import { openDb } from '@turnout/runtime/postgres';
import { openPublisher } from '@turnout/runtime/rabbitmq';
import { quantile } from '../statistics.ts';
import type { Row } from '../table.ts';
import type { RelayBench } from './bench.ts';

const PER_SECOND = 500;
const SECONDS = 30;
const WARM_UP_SECONDS = 5;
/** Events that the commits are about, at random. */
const KEYS = 40;
const silent = { info: () => undefined, warn: console.warn, error: console.error };

/**
 * From commit to consumer at a steady rate: a process that commits one message at a time and wakes its relay, as the
 * services do, and a consumer of the quorum queue in the same process, so that one clock sees both ends.
 */
export async function benchmarkLatency({ stand, queue }: RelayBench): Promise<Row[]> {
  await using opened = new AsyncDisposableStack();
  const pool = { url: stand.databaseUrl, max: 10, applicationName: 'bench', steadyPlans: true };
  const db = opened.use(openDb(pool));
  const publisher = opened.use(openPublisher({ url: stand.amqpUrl, name: 'bench', logger: silent }));
  const relay = opened.use(startRelay({ db, publisher, exchange: eventsExchange, logger: silent }));
  while (!publisher.connected) await pause(50);

  const committedAt = new Map<string, number>();
  const receivedAt = new Map<string, number>();
  await queue.empty();
  const { consumerTag } = await queue.channel.consume(queue.name, (message) => {
    if (!message) return;
    receivedAt.set(String(message.properties.messageId), performance.now());
    queue.channel.ack(message);
  });
  const keys = Array.from({ length: KEYS }, () => newId());
  const commit = async () => {
    const id = newId();
    const body = JSON.stringify({ id, padding: 'x'.repeat(800) });
    const partitionKey = keys[Math.floor(Math.random() * KEYS)] ?? '';
    const message = { id, partitionKey, routingKey: 'bench.latency', contentType: 'application/json', body };
    await db.transaction(async (tx) => enqueue(tx, [message]));
    committedAt.set(id, performance.now());
    relay.wake();
  };

  stand.say(`latency: ${PER_SECOND} commits a second for ${SECONDS} s`);
  await atRate(commit, WARM_UP_SECONDS);
  committedAt.clear();
  await atRate(commit, SECONDS);
  const until = performance.now() + 10_000;
  const isMissing = () => [...committedAt.keys()].some((id) => !receivedAt.has(id));
  while (isMissing() && performance.now() < until) await pause(100);
  await queue.channel.cancel(consumerTag);
  if (isMissing()) throw new Error('some messages were not received within 10 s of the last commit');

  const latencies = [...committedAt].map(([id, at]) => (receivedAt.get(id) ?? Number.NaN) - at);
  const limit = (what: string, share: number, milliseconds: number): Row => ({
    what: `commit to consumer at ${PER_SECOND} a second, ${what}; beside the limit`,
    unit: 'ms',
    floor: milliseconds,
    measured: quantile(latencies, share),
    target: { atMost: 1 },
  });
  return [limit('p50', 0.5, 25), limit('p99', 0.99, 250)];
}

/** @throws Error when the commits fell behind the rate: then the latencies are of something else */
async function atRate(work: () => Promise<void>, seconds: number): Promise<void> {
  const underWay: Promise<void>[] = [];
  const began = performance.now();
  const total = PER_SECOND * seconds;
  while (underWay.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * PER_SECOND));
    while (underWay.length < due) underWay.push(work());
    await pause(2);
  }
  await Promise.all(underWay);
  const took = (performance.now() - began) / 1000;
  if (took > seconds * 1.1)
    throw new Error(`${total} commits took ${took.toFixed(1)} s instead of ${seconds}`);
}
