import { watchOutbox } from '@turnout/outbox/metrics';
import { readMetrics } from '@turnout/runtime/metrics';
import { openDb } from '@turnout/runtime/postgres';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { expect, it } from 'vitest';

async function shown(name: string): Promise<number> {
  const line = (await readMetrics()).split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

it('an outbox says how many messages wait and for how long the oldest has, and counts ten thousand at most', async () => {
  await using database = await createTestDatabase();
  await using owner = openTestDb(database.url, 1);
  await using db = openDb({ url: database.urlFor('closure'), max: 1, applicationName: 'watching' });
  using _watched = watchOutbox(db);
  expect(await shown('outbox_messages')).toBe(0);
  expect(await shown('outbox_oldest_message_age_seconds')).toBe(0);

  const wait = (count: number, partition: number, age: string) =>
    owner.query(
      `insert into outbox.messages (message_id, partition, partition_key, routing_key, content_type, body, created_at)
       select gen_random_uuid(), $2, gen_random_uuid(), 'fact', 'text/plain', '', clock_timestamp() - $3::interval
       from generate_series(1, $1)`,
      [count, partition, age],
    );
  await wait(3, 0, '1 minute');
  await wait(1, 15, '1 hour');
  await wait(1, 15, '1 second');
  expect(await shown('outbox_messages')).toBe(5);
  const age = await shown('outbox_oldest_message_age_seconds');
  expect(age).toBeGreaterThanOrEqual(3_600);
  expect(age).toBeLessThan(7_200);

  await wait(10_020, 7, '1 minute');
  expect(await shown('outbox_messages')).toBe(10_001);
  expect(await shown('outbox_oldest_message_age_seconds')).toBeGreaterThanOrEqual(age);
});
