import { requiredVariable } from '@turnout/test-kit/required-variable';
import type { ClosureConfig } from '../src/config.ts';
import type { ClosingKit } from './closing-kit.ts';

/** A service of its own over the kit's database, on any free port. */
export function serviceConfig(
  options: { kit: ClosingKit; amqpUrl: string } & Partial<ClosureConfig>,
): ClosureConfig {
  const { kit, ...rest } = options;
  return {
    port: 0,
    host: '127.0.0.1',
    database: { url: kit.database.urlFor('closure'), max: 6 },
    redisUrls: [requiredVariable('TEST_REDIS_URL')],
    schedule: '* * * * * *',
    batchSize: 5_000,
    lockTtlMs: 5_000,
    concurrency: 4,
    retryDelaysMs: [5, 5, 5],
    log: { level: 'silent' },
    ...rest,
  };
}

/** The same as the environment of a process. */
export function serviceEnvironment(config: ClosureConfig): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    PORT: String(config.port),
    HOST: config.host,
    DATABASE_URL: config.database.url,
    DATABASE_POOL: String(config.database.max),
    AMQP_URL: config.amqpUrl,
    REDIS_URLS: config.redisUrls.join(','),
    CLOSURE_SCHEDULE: config.schedule,
    CLOSURE_BATCH_SIZE: String(config.batchSize),
    CLOSURE_LOCK_TTL_MS: String(config.lockTtlMs),
    LOG_LEVEL: 'debug',
  };
}
