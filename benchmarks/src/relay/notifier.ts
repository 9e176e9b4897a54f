import { setTimeout as pause } from 'node:timers/promises';
import { cloudEventsJson } from '@turnout/contracts/events/envelope';
import { eventsExchange, notifierTopology } from '@turnout/contracts/topology';
import { declareTopology } from '@turnout/runtime/rabbitmq';
import { connect } from 'amqplib';
import { watchMemory } from '../memory.ts';
import { startService } from '../programs.ts';
import type { Row } from '../table.ts';
import type { RelayBench } from './bench.ts';

const EVENTS = 50_000;
/** Every tenth message is delivered a second time. */
const REPEATED = 10;
const LIMIT_PER_SECOND = 5_000;
const PATIENCE_MS = 120_000;

/**
 * The notifier's effects: for each event received one inbox row and one delivery that it owes, in one transaction,
 * however often the event comes. The queue is filled before the notifier starts; the clock runs from its first effect
 * to its last. It sends meanwhile, as it does when nobody measures; no mail server is configured, so messages go to its
 * log.
 */
export async function benchmarkNotifier({ stand, db, queue }: RelayBench): Promise<Row[]> {
  await queue.channel.unbindQueue(queue.name, eventsExchange, '#');
  await declareTopology(queue.channel, notifierTopology);
  const sent = await fillQueue({ stand, db });
  stand.say(`notifier: ${sent.toLocaleString('en-US')} messages of ${EVENTS.toLocaleString('en-US')} events`);
  await db.query('checkpoint');

  const notifier = await startService(stand, 'notifier');
  using memory = watchMemory(notifier.unit.pid);
  const until = performance.now() + PATIENCE_MS;
  const count = async () => {
    const [row] = await db.query<{ deliveries: number; seconds: number }>(
      `select count(*) as deliveries,
         extract(epoch from max(created_at) - min(created_at))::float as seconds
       from notifier.deliveries`,
    );
    return row ?? { deliveries: 0, seconds: 0 };
  };
  let done = await count();
  while (done.deliveries < EVENTS && performance.now() < until) {
    await pause(200);
    done = await count();
  }
  await requireOnce({ db });
  stand.say(`notifier: memory at most ${memory.peak().toFixed(0)} MB`);
  await notifier.unit.stop();
  await queue.channel.bindQueue(queue.name, eventsExchange, '#');
  return [
    {
      what: 'effects of the notifier, exactly once; beside the limit',
      unit: '/s',
      floor: LIMIT_PER_SECOND,
      measured: EVENTS / done.seconds,
      target: { atLeast: 1 },
    },
  ];
}

async function fillQueue({ stand, db }: Pick<RelayBench, 'stand' | 'db'>): Promise<number> {
  const rows = await db.query<{ message_id: string; routing_key: string; body: string }>(
    'select message_id, routing_key, body from bench.messages where position <= $1 order by position',
    [EVENTS],
  );
  const connection = await connect(stand.amqpUrl);
  const channel = await connection.createConfirmChannel();
  let sent = 0;
  for (const [index, { message_id: messageId, routing_key, body }] of rows.entries()) {
    const options = { persistent: true, mandatory: true, contentType: cloudEventsJson, messageId };
    for (let copy = index % REPEATED === 0 ? 0 : 1; copy < 2; copy += 1) {
      channel.publish(eventsExchange, routing_key, Buffer.from(body), options);
      sent += 1;
    }
    if (index % 1_000 === 0) await channel.waitForConfirms();
  }
  await channel.waitForConfirms();
  await connection.close();
  return sent;
}

/** @throws Error unless each event has one inbox row and one delivery */
async function requireOnce({ db }: Pick<RelayBench, 'db'>): Promise<void> {
  const [found] = await db.query<{ received: number; effects: number; events: number }>(
    `select (select count(*) from notifier.inbox) as received, count(*) as effects, count(distinct message_id) as events
     from notifier.deliveries`,
  );
  const right = found?.received === EVENTS && found.effects === EVENTS && found.events === EVENTS;
  if (!right) throw new Error(`the notifier's effects are wrong: ${JSON.stringify(found)}`);
}
