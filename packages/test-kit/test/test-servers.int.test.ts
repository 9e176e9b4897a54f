import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../src/test-database.ts';
import { createTestVhost } from '../src/test-vhost.ts';

describe('the servers of the tests', () => {
  it('give each caller a database of its own with the newest schema', async () => {
    await using first = await createTestDatabase();
    await using second = await createTestDatabase();
    expect(first.url).not.toBe(second.url);
    const client = new pg.Client({ connectionString: first.url });
    await client.connect();
    const { rows } = await client.query('select count(*)::int as count from turnout.migrations');
    await client.end();
    expect(rows[0].count).toBeGreaterThan(0);
  });
  it('let each service in under its own role', async () => {
    await using database = await createTestDatabase();
    for (const service of ['checkin', 'closure', 'admin', 'notifier'] as const) {
      const client = new pg.Client({ connectionString: database.urlFor(service) });
      await client.connect();
      const { rows } = await client.query('select current_user as role');
      await client.end();
      expect(rows[0].role).toBe(`turnout_${service}`);
    }
  });
  it('give each caller a virtual host of its own', async () => {
    await using vhost = await createTestVhost();
    const connection = await connect(vhost.amqpUrl);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    expect(queue).not.toBe('');
    await connection.close();
  });
  it('have a Redis', async () => {
    const redis = new Redis(process.env.TEST_REDIS_URL ?? '');
    expect(await redis.ping()).toBe('PONG');
    redis.disconnect();
  });
});
