import { type AccessConfig, accessConfig, accessEnvironment } from '@turnout/access/access-config';
import { commaSeparated, type Environment, integer, readEnvironment, url } from '@turnout/runtime/config';
import { MINUTE, SECOND } from '@turnout/runtime/durations';
import { cronExpression } from '@turnout/runtime/schedule';
import { type ServiceConfig, serviceConfig, serviceEnvironment } from '@turnout/runtime/service-config';
import { z } from 'zod';

const service = serviceEnvironment({ port: 4002, connections: 10 });

const closing = {
  DATABASE_URL: service.DATABASE_URL,
  LOG_LEVEL: service.LOG_LEVEL,
  LOG_FORMAT: service.LOG_FORMAT,
  DATABASE_POOL: integer(3, 200).default(10),
  REDIS_URLS: commaSeparated(url('redis', 'rediss')),
  CLOSURE_BATCH_SIZE: integer(1, 20_000).default(2_000),
  CLOSURE_LOCK_TTL_MS: integer(1 * SECOND, 10 * MINUTE).default(20 * SECOND),
};

const environment = z.object({
  ...service,
  ...accessEnvironment,
  ...closing,
  CLOSURE_SCHEDULE: cronExpression().default('*/15 * * * *'),
});

/** How events are closed, wherever it is asked for. */
export interface ClosingConfig extends Pick<ServiceConfig, 'database' | 'log'> {
  redisUrls: string[];
  /** Enrollments judged in one transaction. */
  batchSize: number;
  lockTtlMs: number;
  /** Events closed at the same time. */
  concurrency: number;
  /** How long to wait after each failed attempt; after the last one a run has failed. */
  retryDelaysMs: readonly number[];
}

/**
 * What the service needs to know of where it runs. It has two pools: one for requests and the relay, one for closing.
 */
export interface ClosureConfig extends ServiceConfig, ClosingConfig {
  /** A cron expression, in UTC. */
  schedule: string;
  access?: Partial<AccessConfig>;
}

/** Connections that a run uses, and one that is free to look for what is due. */
const BATCHES_AT_ONCE = 2;
const LOOK = 1;

/**
 * Reads the service's environment once.
 *
 * @throws ConfigurationError that names every variable that is missing or wrong
 */
export function readConfig(env: Environment): ClosureConfig {
  const read = readEnvironment(env, environment);
  return {
    ...serviceConfig(read),
    ...closingConfig(read),
    schedule: read.CLOSURE_SCHEDULE,
    access: accessConfig(read),
  };
}

/** The part of it that the command line needs: no broker, since a running service publishes. */
export function readClosingConfig(env: Environment): ClosingConfig {
  return closingConfig(readEnvironment(env, z.object(closing)));
}

function closingConfig(read: z.output<z.ZodObject<typeof closing>>): ClosingConfig {
  return {
    database: { url: read.DATABASE_URL, max: read.DATABASE_POOL },
    redisUrls: read.REDIS_URLS,
    batchSize: read.CLOSURE_BATCH_SIZE,
    lockTtlMs: read.CLOSURE_LOCK_TTL_MS,
    concurrency: Math.min(4, Math.floor((read.DATABASE_POOL - LOOK) / BATCHES_AT_ONCE)),
    retryDelaysMs: [1 * SECOND, 5 * SECOND, 10 * SECOND],
    log: { level: read.LOG_LEVEL, format: read.LOG_FORMAT },
  };
}
