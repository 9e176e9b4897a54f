import { type AccessConfig, accessConfig, accessEnvironment } from '@turnout/access/access-config';
import { clusterUrl, commaSeparated, integer, port, readEnvironment, url } from '@turnout/runtime/config';
import { MINUTE, SECOND } from '@turnout/runtime/durations';
import { z } from 'zod';

const closing = {
  DATABASE_URL: url('postgres', 'postgresql'),
  DATABASE_POOL: integer(3, 200).default(10),
  REDIS_URLS: commaSeparated(url('redis', 'rediss')),
  CLOSURE_BATCH_SIZE: integer(1, 20_000).default(2_000),
  CLOSURE_LOCK_TTL_MS: integer(1 * SECOND, 10 * MINUTE).default(20 * SECOND),
  LOG_LEVEL: z.string().optional(),
  LOG_FORMAT: z.string().optional(),
};

const environment = z.object({
  ...accessEnvironment,
  ...closing,
  PORT: port().default(4002),
  HOST: z.string().default('127.0.0.1'),
  AMQP_URL: clusterUrl('amqp', 'amqps'),
  CLOSURE_SCHEDULE: z
    .string()
    .regex(/^\S+( +\S+){4,5}$/, 'must be a cron expression of five fields, or six with seconds first')
    .default('*/15 * * * *'),
});

/** How events are closed, wherever it is asked for. */
export interface ClosingConfig {
  /** `max` connections in each of two pools: one for requests and the relay, one for closing. */
  database: { url: string; max: number };
  redisUrls: string[];
  /** Enrollments judged in one transaction. */
  batchSize: number;
  lockTtlMs: number;
  /** Events closed at the same time. */
  concurrency: number;
  /** How long to wait after each failed attempt; after the last one a run has failed. */
  retryDelaysMs: readonly number[];
  log: { level?: string | undefined; format?: string | undefined };
}

/** What the service needs to know of where it runs. */
export interface ClosureConfig extends ClosingConfig {
  port: number;
  host: string;
  amqpUrl: string;
  /** A cron expression, in UTC. */
  schedule: string;
  access?: Partial<AccessConfig>;
}

/** Connections that a run uses, and one that is free to look for what is due. */
const BATCHES_AT_ONCE = 2;
const LOOK = 1;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the service's environment once.
 *
 * @throws ConfigurationError that names every variable that is missing or wrong
 */
export function readConfig(env: Environment): ClosureConfig {
  const read = readEnvironment(env, environment);
  return {
    ...closingConfig(read),
    port: read.PORT,
    host: read.HOST,
    amqpUrl: read.AMQP_URL,
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
