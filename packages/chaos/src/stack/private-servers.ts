import { processesOf } from '@turnout/local-stack/leftovers';
import { answersQuery } from '@turnout/local-stack/servers/postgres';
import { answersAmqp } from '@turnout/local-stack/servers/rabbitmq';
import { answersPing } from '@turnout/local-stack/servers/redis';
import type { Servers } from '@turnout/local-stack/start-servers';
import { openDb } from '@turnout/runtime/postgres';
import { Redis } from 'ioredis';

export interface PrivateServer {
  name: 'PostgreSQL' | 'RabbitMQ' | 'Redis';
  /** Its processes, those that it forked among them. */
  pids(): number[];
  /** Whether it lets clients in at this moment. */
  answers(): Promise<boolean>;
}

export interface PrivateServers {
  postgres: PrivateServer;
  rabbitmq: PrivateServer;
  redis: PrivateServer;
  /** Of the owner, past all proxies. */
  databaseUrl: string;
  amqpUrl: string;
  rabbitmqctl(args: readonly string[]): Promise<void>;
  flushRedis(): Promise<void>;
}

/** What faults do to servers is done by their process ids, which change with each start. */
export async function privateServers(
  { databaseUrl, amqpUrl, redisUrls, rabbitmqctl }: Servers,
  pids: ReadonlyMap<string, number>,
): Promise<PrivateServers> {
  const [redisUrl] = redisUrls;
  if (!rabbitmqctl || !redisUrl) throw new Error('faults are for private servers only');
  const postgresDir = await dataDirectory(databaseUrl);
  const pidOf = (server: string) => {
    const pid = pids.get(server);
    return pid === undefined ? [] : [pid];
  };
  return {
    postgres: {
      name: 'PostgreSQL',
      pids: () => processesOf({ postgresDir }),
      answers: () => yesOrNo(answersQuery(databaseUrl)),
    },
    rabbitmq: {
      name: 'RabbitMQ',
      pids: () => pidOf('rabbitmq'),
      answers: () => yesOrNo(answersAmqp(amqpUrl)),
    },
    redis: { name: 'Redis', pids: () => pidOf('redis'), answers: () => yesOrNo(answersPing(redisUrl)) },
    databaseUrl,
    amqpUrl,
    rabbitmqctl,
    flushRedis: () => flush(redisUrl),
  };
}

async function dataDirectory(databaseUrl: string): Promise<string> {
  await using db = openDb({ url: databaseUrl, max: 1, applicationName: 'chaos' });
  const [row] = await db.query<{ data_directory: string }>('show data_directory');
  if (!row) throw new Error('PostgreSQL does not say where its data is');
  return row.data_directory;
}

async function flush(redisUrl: string): Promise<void> {
  const client = new Redis(redisUrl, { lazyConnect: true, maxRetriesPerRequest: 0, commandTimeout: 1_000 });
  client.on('error', () => undefined); // the rejected call below says the same
  try {
    await client.connect();
    await client.flushall();
  } finally {
    client.disconnect();
  }
}

async function yesOrNo(answer: Promise<boolean>): Promise<boolean> {
  return await answer.catch(() => false);
}
