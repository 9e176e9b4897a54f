import { createApp } from '@turnout/runtime/http/app';
import { route } from '@turnout/runtime/http/route';
import { createLogger } from '@turnout/runtime/logger';
import { meter, readMetrics, showGauges } from '@turnout/runtime/metrics';
import { openDb } from '@turnout/runtime/postgres';
import { openSequelize } from '@turnout/runtime/sequelize';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toldNothing } from './support/told-nothing.ts';

/** The value of one line; labels as they stand. */
const measured = (text: string, line: string) =>
  text
    .split('\n')
    .find((each) => each.startsWith(`${line} `))
    ?.slice(line.length + 1);

describe('the measurements of a process', () => {
  it('count requests by route, status and code, in buckets of seconds, and never a path', async () => {
    const app = createApp({
      routes: [
        route({
          ...toldNothing,
          method: 'get',
          path: '/v1/codes/:code',
          allow: [],
          params: z.object({ code: z.string() }),
          handle: async () => ({ problem: 'not_found' }),
        }),
      ],
      authenticate: async () => ({ principal: undefined }),
      authorize: () => undefined,
      holderOf: () => 'anybody',
      readiness: async () => ({ ready: true, checks: {} }),
      problem: (code, { requestId }) => ({ status: 404, body: { code, requestId } }),
      placesAtOnce: 10,
      isUnavailable: () => false,
      logger: createLogger({ name: 'test', level: 'silent' }),
    });
    for (const code of ['ada-lovelace', 'grace-hopper']) await request(app).get(`/v1/codes/${code}`);
    const { text, headers } = await request(app).get('/metrics').expect(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const labels = 'method="GET",route="/v1/codes/:code",status="404",problem="not_found"';
    expect(measured(text, `http_server_request_duration_seconds_count{${labels}}`)).toBe('2');
    expect(measured(text, `http_server_request_duration_seconds_bucket{${labels},le="2"}`)).toBe('2');
    expect(text).toContain('# TYPE http_server_request_duration_seconds histogram');
    expect(text).not.toMatch(/lovelace|hopper/);
    for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds_total']) {
      expect(Number(measured(text, name))).toBeGreaterThan(0);
    }
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds ');
  });

  it('show a pool while it is open, and who waits for a connection', async () => {
    await using database = await createTestDatabase();
    const db = openDb({ url: database.url, max: 1, applicationName: 'measured' });
    const release = Promise.withResolvers<void>();
    const holding = db.transaction(async (tx) => {
      await tx.query('select 1');
      await release.promise;
    });
    const waiting = db.query('select 1');
    await expect
      .poll(async () => measured(await readMetrics(), 'postgres_pool_waiting{pool="measured"}'))
      .toBe('1');
    expect(measured(await readMetrics(), 'postgres_pool_connections{pool="measured",state="busy"}')).toBe(
      '1',
    );
    release.resolve();
    await Promise.all([holding, waiting]);
    const text = await readMetrics();
    expect(measured(text, 'postgres_pool_waiting{pool="measured"}')).toBe('0');
    expect(Number(measured(text, 'postgres_pool_wait_seconds_count{pool="measured"}'))).toBe(2);
    await db[Symbol.asyncDispose]();
    expect(await readMetrics()).not.toContain('postgres_pool_waiting{pool="measured"}');
  });

  it('count pools of one name together, and show that of Sequelize while it is open', async () => {
    await using database = await createTestDatabase();
    const config = { url: database.url, max: 2, applicationName: 'of one name' };
    const open = [openDb(config), openDb(config)] as const;
    await Promise.all(open.map((db) => db.query('select 1')));
    const idle = async () =>
      measured(await readMetrics(), 'postgres_pool_connections{pool="of one name",state="idle"}');
    expect(await idle()).toBe('2');
    await open[0][Symbol.asyncDispose]();
    expect(await idle()).toBe('1');
    await open[1][Symbol.asyncDispose]();
    expect(await idle()).toBeUndefined();

    const sequelize = openSequelize({ ...config, max: 1, applicationName: 'models' });
    const waiting = await sequelize.transaction(async (transaction) => {
      await sequelize.query('select 1', { transaction });
      const second = sequelize.query('select 1');
      await expect
        .poll(async () => measured(await readMetrics(), 'postgres_pool_waiting{pool="models"}'))
        .toBe('1');
      const text = await readMetrics();
      expect(measured(text, 'postgres_pool_connections{pool="models",state="busy"}')).toBe('1');
      return { second };
    });
    await waiting.second;
    expect(measured(await readMetrics(), 'postgres_pool_wait_seconds_count{pool="models"}')).toBe('2');
    await sequelize.close();
    expect(await readMetrics()).not.toContain('postgres_pool_connections{pool="models"');
  });

  it('leave out what cannot be read now, and show the rest', async () => {
    meter.createCounter('test_things_total').add(3);
    let away = false;
    using _away = showGauges({ test_away: 'is away' }, async () => {
      if (away) throw new Error('away');
      return { test_away: 1 };
    });
    expect(measured(await readMetrics(), 'test_away')).toBe('1');
    const both = await Promise.all([readMetrics(), readMetrics()]);
    expect(both.map((text) => measured(text, 'test_away'))).toEqual(['1', '1']);
    away = true;
    using _here = showGauges({ test_here: 'is here' }, async () => ({ test_here: 7 }));
    const text = await readMetrics();
    expect(measured(text, 'test_things_total')).toBe('3');
    expect(measured(text, 'test_here')).toBe('7');
    expect(text).not.toMatch(/^test_away /m);
  });
});
