// Reaches servers by the URLs it is given, as services do, and prints what became of each: `reached`, or the code of
// the error.
import { setTimeout as pause } from 'node:timers/promises';
import { openLocks } from '@turnout/runtime/lock';
import { isUnavailable, openDb } from '@turnout/runtime/postgres';
import { connectToAny } from '@turnout/runtime/rabbitmq';
import { openSequelize } from '@turnout/runtime/sequelize';

const PATIENCE_MS = 20_000;
const [databaseUrl = '', redisUrl = '', amqpUrl = ''] = process.argv.slice(2);
const database = {
  url: databaseUrl,
  max: 1,
  applicationName: 'tls',
  connectTimeoutMs: PATIENCE_MS,
  queryTimeoutMs: PATIENCE_MS,
};
const encrypted = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';

const reachedBy: Record<string, () => Promise<unknown>> = {
  async postgres() {
    await using db = openDb(database);
    await db.query(encrypted);
  },
  async sequelize() {
    const sequelize = openSequelize(database);
    await sequelize.query(encrypted).finally(() => sequelize.close());
  },
  async redlock() {
    const logger = { info: () => undefined, warn: ({ err }: { err?: unknown }) => (seen = err) };
    let seen: unknown;
    await using locks = openLocks({ urls: [redisUrl], logger });
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await pause(50)) {
      const lock = await locks.acquire(`tls:${process.pid}`, 5_000);
      if (typeof lock !== 'string') return await lock.release();
      if (seen) throw seen;
    }
    throw new Error('no lock');
  },
  async amqp() {
    const connection = await connectToAny(amqpUrl, 'tls');
    await connection.close();
  },
};

const outcomes = Object.entries(reachedBy).map(async ([name, reach]) => {
  const outcome = await reach().then(
    () => 'reached',
    (error: { code?: string; parent?: { code?: string }; message: string }) => {
      const isOfDatabase = name === 'postgres' || name === 'sequelize';
      if (isOfDatabase && !isUnavailable(error)) return `not unavailable: ${error.message}`;
      return error.code ?? error.parent?.code ?? error.message;
    },
  );
  return [name, outcome];
});
console.log(JSON.stringify(Object.fromEntries(await Promise.all(outcomes))));
process.exit(0);
