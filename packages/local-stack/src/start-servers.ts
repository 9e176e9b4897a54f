import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { nodesOf } from '@turnout/runtime/rabbitmq';
import type { Guard } from './open-guard.ts';
import type { Say } from './say.ts';
import { readOrMakeSecrets } from './secrets.ts';
import { type Containers, type ServerName, startContainers } from './servers/containers.ts';
import { answersQuery, startPostgres } from './servers/postgres.ts';
import type { Place } from './servers/private-server.ts';
import { answersAmqp, startRabbitmq } from './servers/rabbitmq.ts';
import { answersPing, startRedis } from './servers/redis.ts';
import { chooseSources, SourceError, type Sources } from './sources.ts';

const GIVEN_WITHIN_MS = 10_000;

const SCHEMES = { DATABASE_URL: /^postgres(ql)?:$/, REDIS_URLS: /^rediss?:$/, AMQP_URL: /^amqps?:$/ };

export interface Servers {
  /** Of the owner of the database, who may do everything. */
  databaseUrl: string;
  redisUrls: string[];
  amqpUrl: string;
  /** Of RabbitMQ's HTTP API; null when the broker is a given one. */
  managementUrl: string | null;
  /** What the notifier keeps signing secrets with, unless the environment says otherwise. */
  webhookSecretsKey: string;
  /** What tells this clone from others that use the same servers. */
  clone: string;
  /** RabbitMQ's own command, `rabbitmqctl`, on the private broker; null when the broker is a given one. */
  rabbitmqctl: ((args: readonly string[]) => Promise<void>) | null;
  /** To be called when queues are declared: from then on the broker's data is worth keeping. */
  keepData(): void;
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
  /** A private server runs under this pid from now on. */
  onServerPid?: Place['onPid'];
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
  const { onServerPid: onPid } = options;
  // Whoever wants to know their processes can't have containers.
  const sources = await chooseSources(environment, { guard, say, logDir, containers: onPid === undefined });
  const secrets = readOrMakeSecrets(join(dataDir, 'secrets.json'));
  const place: Place = { dataDir, logDir, guard, say, throwaway, secrets, ...(onPid && { onPid }) };
  const contained = (Object.keys(sources) as ServerName[]).filter((name) => 'container' in sources[name]);
  const containers = contained.length > 0 ? startContainers(contained, place) : null;
  const [databaseUrl, redisUrls, broker] = await Promise.all([
    postgres(sources.postgres, place, containers),
    redis(sources.redis, place, containers),
    rabbitmq(sources.rabbitmq, place, containers),
  ]);
  const { webhookSecretsKey, clone } = secrets;
  return { databaseUrl, redisUrls, ...broker, webhookSecretsKey, clone };
}

async function postgres(
  source: Sources['postgres'],
  place: Place,
  containers: Promise<Containers> | null,
): Promise<string> {
  if ('url' in source) {
    await mustAnswer('PostgreSQL', 'DATABASE_URL', source.url, answersQuery);
    place.say(`PostgreSQL: from DATABASE_URL, on ${hostOf(source.url)}`);
    return source.url;
  }
  if ('container' in source) {
    const { databaseUrl } = await started(containers);
    place.say(`PostgreSQL: a container, on ${hostOf(databaseUrl)}`);
    return databaseUrl;
  }
  const url = await startPostgres(source.programs, place);
  place.say(`PostgreSQL: private, on ${hostOf(url)}`);
  return url;
}

async function redis(
  source: Sources['redis'],
  place: Place,
  containers: Promise<Containers> | null,
): Promise<string[]> {
  if ('urls' in source) {
    for (const url of source.urls) await mustAnswer('Redis', 'REDIS_URLS', url, answersPing);
    place.say(`Redis: from REDIS_URLS, on ${source.urls.map(hostOf).join(', ')}`);
    return source.urls;
  }
  if ('container' in source) {
    const { redisUrl } = await started(containers);
    place.say(`Redis: a container, on ${hostOf(redisUrl)}`);
    return [redisUrl];
  }
  const url = await startRedis(source.program, place);
  place.say(`Redis: private, on ${hostOf(url)}`);
  return [url];
}

async function rabbitmq(
  source: Sources['rabbitmq'],
  place: Place,
  containers: Promise<Containers> | null,
): Promise<Omit<Servers, 'databaseUrl' | 'redisUrls' | 'webhookSecretsKey' | 'clone'>> {
  if ('url' in source) {
    const nodes = nodesOf(source.url);
    for (const node of nodes) await mustAnswer('RabbitMQ', 'AMQP_URL', node, answersAmqp);
    place.say(`RabbitMQ: from AMQP_URL, on ${nodes.map(hostOf).join(', ')}`);
    return { amqpUrl: source.url, managementUrl: null, rabbitmqctl: null, keepData: () => undefined };
  }
  if ('container' in source) {
    const { rabbitmq: broker } = await started(containers);
    place.say(`RabbitMQ: a container, on ${hostOf(broker.amqpUrl)}`);
    return broker;
  }
  const broker = await startRabbitmq(source.program, place);
  place.say(`RabbitMQ: private, on ${hostOf(broker.amqpUrl)}`);
  return broker;
}

async function started(containers: Promise<Containers> | null): Promise<Containers> {
  if (!containers) throw new Error('no container was started');
  return await containers;
}

/** A server that is given may be starting at this very moment: it gets a little time. */
async function mustAnswer(
  name: string,
  variable: keyof typeof SCHEMES,
  url: string,
  answers: (url: string) => Promise<boolean>,
): Promise<void> {
  const scheme = SCHEMES[variable];
  if (!URL.canParse(url) || !scheme.test(new URL(url).protocol)) {
    throw new SourceError(
      `${variable} is not the URL of a ${name} server. Correct it, or unset it to get a private one.`,
    );
  }
  const until = Date.now() + GIVEN_WITHIN_MS;
  for (;;) {
    try {
      await answers(url);
      return;
    } catch (error) {
      if (Date.now() < until) {
        await pause(250);
        continue;
      }
      const reason = error instanceof Error ? error.message || error.name : String(error);
      throw new SourceError(
        `${name} on ${hostOf(url)}, set in ${variable}, cannot be used: ${reason}. ` +
          `Start it, correct ${variable}, or unset it to get a private one.`,
        { cause: error },
      );
    }
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
