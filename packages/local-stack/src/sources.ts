import { installPackages, mayInstallPackages } from './install-packages.ts';
import type { Guard } from './open-guard.ts';
import { findPostgres, findRabbitmq, findRedis, type Program, type RabbitmqProgram } from './programs.ts';
import type { Say } from './say.ts';
import { canRunContainers } from './servers/containers.ts';

/** A Docker engine runs it. */
export interface InContainer {
  container: true;
}

/** Where each server comes from: one that is there already, programs to start a private one with, or an image. */
export interface Sources {
  postgres: { url: string } | { programs: Program[] } | InContainer;
  redis: { urls: string[] } | { program: Program } | InContainer;
  rabbitmq: { url: string } | { program: RabbitmqProgram } | InContainer;
}

interface Partial {
  postgres: Sources['postgres'] | null;
  redis: Sources['redis'] | null;
  rabbitmq: Sources['rabbitmq'] | null;
}

/**
 * For each server the first source that fits; throws a message naming what is missing and how to provide it. Containers
 * are for whoever can do without a server's process: its signals and its files.
 */
export async function chooseSources(
  environment: Record<string, string | undefined>,
  tools: { guard: Guard; say: Say; logDir: string; containers?: boolean },
): Promise<Sources> {
  let found = look(environment);
  if (missing(found).length > 0 && tools.containers && (await canRunContainers(missing(found), tools))) {
    found = withContainers(found);
  }
  if (missing(found).length > 0 && mayInstallPackages()) {
    await installPackages(
      missing(found).map((name) => PACKAGES[name]),
      tools,
    );
    found = look(environment);
  }
  const { postgres, redis, rabbitmq } = found;
  if (postgres && redis && rabbitmq) return { postgres, redis, rabbitmq };
  throw new SourceError(howToProvide(missing(found)));
}

/** A server that is not there, or not as named: nothing of ours has failed. */
export class SourceError extends Error {}

const PACKAGES = { postgres: 'postgresql', redis: 'redis-server', rabbitmq: 'rabbitmq-server' };
const NAMES = {
  postgres: 'PostgreSQL 15 or newer',
  redis: 'Redis 6 or newer',
  rabbitmq: 'RabbitMQ 3.10 or newer',
};
const VARIABLES = { postgres: 'DATABASE_URL', redis: 'REDIS_URLS', rabbitmq: 'AMQP_URL' };

function look(environment: Record<string, string | undefined>): Partial {
  const databaseUrl = environment.DATABASE_URL?.trim();
  const redisUrls = environment.REDIS_URLS?.split(',')
    .map((url) => url.trim())
    .filter(Boolean);
  const amqpUrl = environment.AMQP_URL?.trim();
  const programs = databaseUrl ? [] : findPostgres();
  const redis = findRedis();
  const rabbitmq = findRabbitmq();
  return {
    postgres: databaseUrl ? { url: databaseUrl } : programs.length > 0 ? { programs } : null,
    redis: redisUrls?.length ? { urls: redisUrls } : redis && { program: redis },
    rabbitmq: amqpUrl ? { url: amqpUrl } : rabbitmq && { program: rabbitmq },
  };
}

const withContainers = ({ postgres, redis, rabbitmq }: Partial): Partial => ({
  postgres: postgres ?? { container: true },
  redis: redis ?? { container: true },
  rabbitmq: rabbitmq ?? { container: true },
});

const missing = (found: Partial) =>
  (['postgres', 'redis', 'rabbitmq'] as const).filter((name) => found[name] === null);

function howToProvide(names: (keyof Partial)[]): string {
  return [
    `Not found on this machine: ${names.map((name) => NAMES[name]).join(', ')}. Four ways to provide it:`,
    `  1. point to a running one: ${names.map((name) => `${VARIABLES[name]}=…`).join(' ')} npm start`,
    '  2. install its programs on the PATH; a private instance is then started for you',
    '  3. start a Docker engine with Compose v2; the servers then run as containers',
    '  4. on Debian or Ubuntu, run this command as root; it installs the packages itself',
  ].join('\n');
}
