import { newId } from '@turnout/runtime/ids';
import { readMetrics } from '@turnout/runtime/metrics';
import { openDb } from '@turnout/runtime/postgres';
import { countRowsRead } from '@turnout/test-kit/count-rows-read';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { expect, it } from 'vitest';
import { listDeadLetters } from '../src/dead-letters/find-dead-letters.ts';
import { countDead, watchDeliveries, watchQueue } from '../src/metrics.ts';

async function shown(name: string): Promise<number | undefined> {
  const line = (await readMetrics()).split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

it('a notifier says what is owed and for how long, on whatever channel and however late it is tried again', async () => {
  await using database = await createTestDatabase();
  await using owner = openTestDb(database.url, 1);
  await using db = openDb({ url: database.urlFor('notifier'), max: 2, applicationName: 'watching' });
  using _watched = watchDeliveries(db);
  expect(await shown('turnout_deliveries_waiting')).toBe(0);
  expect(await shown('turnout_delivery_oldest_age_seconds')).toBe(0);

  const owe = (count: number, channel: string, age: string, nextIn: string) =>
    owner.query(
      `with received as (
         insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id)
         select id, 'fact', id, id, id from (select gen_random_uuid() as id from generate_series(1, $1)) ids
         returning message_id as id)
       insert into notifier.deliveries
         (delivery_id, message_id, organization_id, event_id, enrollment_id, channel, template, created_at, next_attempt_at)
       select id, id, id, id, id, $2, 'you-attended', clock_timestamp() - $3::interval, clock_timestamp() + $4::interval
       from received`,
      [count, channel, age, nextIn],
    );
  await owe(1, 'log', '1 minute', '-1 minute');
  await owe(1, 'email', '2 hours', '1 hour');
  expect(await shown('turnout_deliveries_waiting')).toBe(2);
  // More than are looked at, and all of them are due before the oldest.
  await owe(10_050, 'email', '1 minute', '-1 minute');
  expect(await shown('turnout_deliveries_waiting')).toBe(10_001);
  const age = await shown('turnout_delivery_oldest_age_seconds');
  expect(age).toBeGreaterThanOrEqual(7_200);
  expect(age).toBeLessThan(10_800);
});

it('a notifier counts and lists the dead letters that are open, and reads no others for it', async () => {
  await using database = await createTestDatabase();
  await using owner = openDb({ url: database.url, max: 1, applicationName: 'owner', queryTimeoutMs: 20_000 });
  await using db = openDb({ url: database.urlFor('notifier'), max: 2, applicationName: 'watching' });
  const organizationId = newId();
  await owner.query(
    `insert into notifier.dead_letters (letter_id, source, identity, status, organization_id, reason, attempts)
     select gen_random_uuid(), 'broker', n, case when n % 1000 = 0 then 'dead' else 'replayed' end, $1, 'rejected', 1
     from generate_series(1, 5000) n`,
    [organizationId],
  );
  await owner.query('analyze notifier.dead_letters');
  using _watched = watchDeliveries(db);
  expect(await shown('turnout_dead_letters')).toBe(5);
  expect(await countRowsRead(db, (explaining) => explaining.query(countDead, [10]))).toBe(5);
  const open = { type: null, since: null, status: 'dead' } as const;
  const page = { after: null, limit: 3, order: 'newest' } as const;
  const sight = { organizationId, eventIds: null, operatorOrganization: null };
  for (const seen of [sight, null]) {
    expect(await listDeadLetters(db, seen, open, page)).toHaveLength(3);
    const read = await countRowsRead(db, (explaining) => listDeadLetters(explaining, seen, open, page));
    expect(read).toBeLessThan(10);
  }
});

it('a notifier says nothing of its queue while there is no broker to ask', async () => {
  let waiting: { ready: number; held: number } | null = { ready: 7, held: 2 };
  using _watched = watchQueue({ waiting: async () => waiting });
  expect(await shown('turnout_queue_messages{state="ready"}')).toBe(7);
  expect(await shown('turnout_queue_messages{state="held"}')).toBe(2);
  waiting = null;
  expect(await readMetrics()).not.toContain('turnout_queue_messages{');
});
