import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Guard } from './open-guard.ts';
import type { Say } from './say.ts';
import { readOrMakeSecrets } from './secrets.ts';
import { startPostgres } from './servers/postgres.ts';
import type { Place } from './servers/private-server.ts';
import { type Rabbitmq, startRabbitmq } from './servers/rabbitmq.ts';
import { startRedis } from './servers/redis.ts';
import { chooseSources, type Sources } from './sources.ts';

export interface Servers {
  /** Of the owner of the database, who may do everything. */
  databaseUrl: string;
  redisUrls: string[];
  amqpUrl: string;
  /** Of RabbitMQ's HTTP API; null when the broker is a given one. */
  managementUrl: string | null;
}

export interface StartServersOptions {
  dataDir: string;
  logDir: string;
  guard: Guard;
  say: Say;
  /** Where DATABASE_URL, REDIS_URLS and AMQP_URL may name servers that are there already. */
  environment: Record<string, string | undefined>;
  /** Data that nobody wants to keep: the servers are stopped in the quickest way. */
  throwaway?: boolean;
}

/**
 * PostgreSQL, Redis and RabbitMQ, each from the first source that fits. Private instances listen on free ports of
 * 127.0.0.1, keep their data under `dataDir`, are started again after a crash, and end with the guard.
 */
export async function startServers(options: StartServersOptions): Promise<Servers> {
  const { environment, guard, say, logDir, throwaway = false } = options;
  mkdirSync(options.dataDir, { recursive: true });
  mkdirSync(logDir, { recursive: true });
  const dataDir = realpathSync(options.dataDir);
  const sources = await chooseSources(environment, { guard, say, logDir });
  const secrets = readOrMakeSecrets(join(dataDir, 'secrets.json'));
  const place: Place = { dataDir, logDir, guard, say, throwaway, secrets };
  const [databaseUrl, redisUrls, rabbitmq] = await Promise.all([
    postgres(sources.postgres, place),
    redis(sources.redis, place),
    rabbit(sources.rabbitmq, place),
  ]);
  return { databaseUrl, redisUrls, ...rabbitmq };
}

async function postgres(source: Sources['postgres'], place: Place): Promise<string> {
  const url = 'url' in source ? source.url : await startPostgres(source.programs, place);
  place.say(
    `PostgreSQL: ${'url' in source ? 'the one of DATABASE_URL' : `private, on ${new URL(url).host}`}`,
  );
  return url;
}

async function redis(source: Sources['redis'], place: Place): Promise<string[]> {
  const urls = 'urls' in source ? source.urls : [await startRedis(source.program, place)];
  place.say(
    `Redis: ${'urls' in source ? 'the one of REDIS_URLS' : `private, on ${urls.map(hostOf).join()}`}`,
  );
  return urls;
}

async function rabbit(
  source: Sources['rabbitmq'],
  place: Place,
): Promise<Omit<Rabbitmq, 'managementUrl'> & { managementUrl: string | null }> {
  if ('url' in source) {
    place.say('RabbitMQ: the one of AMQP_URL');
    return { amqpUrl: source.url, managementUrl: null };
  }
  const started = await startRabbitmq(source.program, place);
  place.say(`RabbitMQ: private, on ${hostOf(started.amqpUrl)}`);
  return started;
}

const hostOf = (url: string) => new URL(url).host;
