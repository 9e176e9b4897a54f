import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '@turnout/runtime/ids';
import { startService } from '../programs.ts';
import type { Row } from '../table.ts';
import type { RelayBench } from './bench.ts';

const RELAYS = 4;
const KEYS = 50;
const WRITERS = 8;
const MESSAGES = 40_000;
const PATIENCE_MS = 60_000;

// Each transaction counts its key up and tells the number: the row's lock makes the numbers the order of commits.
const makeCounters = 'create table bench.counters (key uuid primary key, number int not null)';
const countUp = 'update bench.counters set number = number + 1 where key = $1 returning number';
const tell = `
  with locked as materialized (select pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0)))
  insert into outbox.messages (message_id, partition, partition_key, routing_key, content_type, body)
  select gen_random_uuid(), abs(hashtextextended($1::uuid::text, 0) % 16), $1, 'bench.order', 'application/json',
    json_build_object('key', $1::uuid, 'number', $2::int)::text
  where (select count(*) from locked) > 0`;

/**
 * Several writers commit to the same keys while four services relay; the queue must show each key's commits in order.
 */
export async function benchmarkOrder({ stand, db, queue }: RelayBench): Promise<Row[]> {
  const relays = await Promise.all(Array.from({ length: RELAYS }, () => startService(stand, 'closure')));
  const keys = Array.from({ length: KEYS }, () => newId());
  await db.query(makeCounters);
  await db.query('insert into bench.counters select unnest($1::uuid[]), 0', [keys]);
  await queue.empty();

  const latest = new Map<string, number>();
  const found = { received: 0, repeated: 0, violations: 0 };
  const { consumerTag } = await queue.channel.consume(queue.name, (message) => {
    if (!message) return;
    const { key, number } = JSON.parse(message.content.toString()) as { key: string; number: number };
    const expected = (latest.get(key) ?? 0) + 1;
    if (number === expected) {
      latest.set(key, number);
      found.received += 1;
    } else if (number < expected) found.repeated += 1;
    else found.violations += 1;
    queue.channel.ack(message);
  });

  stand.say(`order: ${MESSAGES.toLocaleString('en-US')} commits of ${KEYS} keys, ${RELAYS} relays`);
  let committed = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (committed < MESSAGES) {
        committed += 1;
        const key = keys[Math.floor(Math.random() * KEYS)] ?? '';
        await db.transaction(async (tx) => {
          const [row] = await tx.query<{ number: number }>(countUp, [key]);
          tx.send(tell, [key, row?.number]);
        });
      }
    }),
  );
  const until = performance.now() + PATIENCE_MS;
  while (found.received < MESSAGES && found.violations === 0 && performance.now() < until) await pause(100);
  await queue.channel.cancel(consumerTag);
  await Promise.all(relays.map(({ unit }) => unit.stop()));
  stand.say(
    `order: ${found.received} in order, ${found.repeated} repeated, ${found.violations} out of order`,
  );
  if (found.violations === 0 && found.received < MESSAGES)
    throw new Error(`only ${found.received} messages came`);
  return [
    {
      what: `order per event with four relays, messages in order; beside all`,
      unit: '',
      floor: MESSAGES,
      measured: found.violations === 0 ? found.received : 0,
      target: { atLeast: 1 },
    },
  ];
}
