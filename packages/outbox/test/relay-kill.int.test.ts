import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { collect, commit, counts, message } from './support/outbox.ts';

const BATCH = 200;
const ROWS = 5_000;

function startRelayProcess(databaseUrl: string, amqpUrl: string) {
  const program = fileURLToPath(new URL('support/relay-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, DATABASE_URL: databaseUrl, AMQP_URL: amqpUrl, BATCH_SIZE: String(BATCH) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return {
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

describe('a relay that is killed', () => {
  it('between publishing and writing it down sends one batch twice, and misses nothing', async () => {
    await using database = await createTestDatabase();
    await using vhost = await createTestVhost({ empty: true });
    await using proxy = await startProxy(database.url);
    await using db = openTestDb(database.url, 2);
    await using collected = await collect(vhost.amqpUrl);

    const keys = Array.from({ length: 20 }, (): string => crypto.randomUUID());
    const sent = Array.from({ length: ROWS }, (_, index) =>
      message(keys[index % keys.length] ?? '', String(index)),
    );
    for (let i = 0; i < ROWS; i += 500) await commit(db, ...sent.slice(i, i + 500));

    // What it writes down of its first batch is lost on the way, and so it waits there until it is killed.
    proxy.blackholeFrom('insert into outbox.published');
    const first = startRelayProcess(proxy.url, vhost.amqpUrl);
    await waitUntil(() => collected.messages.length === BATCH);
    await first.kill();
    proxy.cut();
    expect(await counts(db)).toEqual({ waiting: ROWS, published: 0, dead: 0 });

    proxy.heal();
    const second = startRelayProcess(proxy.url, vhost.amqpUrl);
    await waitUntil(async () => (await counts(db)).waiting === 0);
    await waitUntil(() => collected.messages.some(({ id }) => id === sent.at(-1)?.id));
    await second.kill();

    const delivered = collected.messages.map(({ id }) => id);
    const duplicates = delivered.length - new Set(delivered).size;
    expect(new Set(delivered)).toEqual(new Set(sent.map(({ id }) => id)));
    expect(duplicates).toBe(BATCH);
    expect(await counts(db)).toEqual({ waiting: 0, published: ROWS, dead: 0 });

    const order = new Map(keys.map((key) => [key, [] as number[]]));
    const keyOf = new Map(sent.map(({ id, partitionKey }) => [id, partitionKey]));
    for (const id of new Set(delivered)) {
      const { body } = collected.messages.find((one) => one.id === id) ?? { body: '' };
      order.get(keyOf.get(id) ?? '')?.push(Number(body));
    }
    for (const numbers of order.values()) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });
});
