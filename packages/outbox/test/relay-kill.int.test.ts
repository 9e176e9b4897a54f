import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openDb } from '@turnout/runtime/postgres';
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
    // Makes the time between the confirms and the commit long enough to hit it.
    await using proxy = await startProxy(database.url);
    await using db = openDb({ url: database.url, max: 2, applicationName: 'test', queryTimeoutMs: 10_000 });
    await using collected = await collect(vhost.amqpUrl);

    const keys = Array.from({ length: 20 }, (): string => crypto.randomUUID());
    const sent = Array.from({ length: ROWS }, (_, index) =>
      message(keys[index % keys.length] ?? '', String(index)),
    );
    for (let i = 0; i < ROWS; i += 500) await commit(db, ...sent.slice(i, i + 500));

    const first = startRelayProcess(proxy.url, vhost.amqpUrl);
    await waitUntil(() => collected.messages.length >= ROWS / 4, { within: 10_000, every: 2 });
    proxy.delay(100);
    const before = collected.messages.length;
    await waitUntil(() => collected.messages.length > before + BATCH, { within: 10_000, every: 2 });
    proxy.blackhole(); // what it writes down from here on is lost on the way
    await first.kill();
    proxy.cut();
    expect((await counts(db)).waiting).toBeGreaterThan(0);

    proxy.heal();
    const second = startRelayProcess(proxy.url, vhost.amqpUrl);
    await waitUntil(async () => (await counts(db)).waiting === 0, { within: 15_000 });
    await waitUntil(() => collected.messages.some(({ id }) => id === sent.at(-1)?.id), { within: 5_000 });
    await second.kill();

    const delivered = collected.messages.map(({ id }) => id);
    const duplicates = delivered.length - new Set(delivered).size;
    expect(new Set(delivered)).toEqual(new Set(sent.map(({ id }) => id)));
    expect(duplicates).toBeGreaterThan(0);
    expect(duplicates).toBeLessThanOrEqual(BATCH);
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
