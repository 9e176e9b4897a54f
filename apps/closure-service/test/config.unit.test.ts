import { ConfigurationError } from '@turnout/runtime/config';
import { describe, expect, it } from 'vitest';
import { readClosingConfig, readConfig } from '../src/config.ts';

const needed = {
  DATABASE_URL: 'postgres://closure@127.0.0.1/turnout',
  REDIS_URLS: 'redis://127.0.0.1:6379, redis://127.0.0.1:6380',
};

describe('the configuration of the closure service', () => {
  it('looks for due events every 15 minutes unless told otherwise', () => {
    expect(readConfig({ ...needed, AMQP_URL: 'amqp://127.0.0.1' })).toMatchObject({
      port: 4002,
      host: '127.0.0.1',
      schedule: '*/15 * * * *',
      batchSize: 2_000,
      lockTtlMs: 20_000,
      retryDelaysMs: [1_000, 5_000, 10_000],
      concurrency: 4,
      redisUrls: ['redis://127.0.0.1:6379', 'redis://127.0.0.1:6380'],
    });
  });

  it('closes no more events at a time than it has connections', () => {
    expect(readClosingConfig({ ...needed, DATABASE_POOL: '3' }).concurrency).toBe(1);
  });

  it('names everything that is wrong together', () => {
    const wrong = () =>
      readConfig({ DATABASE_URL: 'mysql://x', CLOSURE_SCHEDULE: '61 * * * *', CLOSURE_BATCH_SIZE: '0' });
    expect(wrong).toThrow(ConfigurationError);
    for (const name of ['DATABASE_URL', 'REDIS_URLS', 'AMQP_URL', 'CLOSURE_SCHEDULE', 'CLOSURE_BATCH_SIZE']) {
      expect(wrong).toThrow(name);
    }
  });

  it('needs no broker on the command line', () => {
    expect(readClosingConfig(needed).database.url).toBe(needed.DATABASE_URL);
  });
});
