// A service with one route that uses PostgreSQL, Redis and RabbitMQ, to be started with the telemetry preloaded.
import { traceCollector, watchDependencies } from '@turnout/runtime/dependencies';
import { createApp } from '@turnout/runtime/http/app';
import { routeFor } from '@turnout/runtime/http/route';
import { listen } from '@turnout/runtime/http/server';
import { runUntilSignal } from '@turnout/runtime/lifecycle';
import { createLogger } from '@turnout/runtime/logger';
import { openDb } from '@turnout/runtime/postgres';
import { openPublisher } from '@turnout/runtime/rabbitmq';
import { currentTraceHeaders } from '@turnout/runtime/trace-context';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { toldNothing } from '../support/told-nothing.ts';

const { TEST_DATABASE_URL = '', TEST_REDIS_URL = '', TEST_AMQP_URL = '' } = process.env;
const logger = createLogger({ name: 'traced' });
const route = routeFor<unknown>();

await runUntilSignal(
  async () => {
    await using opened = new AsyncDisposableStack();
    const db = opened.use(openDb({ url: TEST_DATABASE_URL, max: 1, applicationName: 'traced' }));
    const redis = opened.adopt(new Redis(TEST_REDIS_URL), (client) => client.disconnect());
    const publisher = opened.use(openPublisher({ url: TEST_AMQP_URL, name: 'traced', logger }));
    const greet = route({
      ...toldNothing,
      method: 'get',
      path: '/greetings/:name',
      allow: [],
      params: z.object({ name: z.string() }),
      query: z.object({ search: z.string().optional() }),
      async handle({ params }) {
        await db.query({ name: 'greet', text: 'select $1::text as greeting' }, [params.name]);
        await db.query(`select '${params.name}' as greeting`);
        await redis.set('greetings', params.name);
        const message = { id: 'm1', exchange: 'amq.topic', routingKey: 'nobody', contentType: 'text/plain' };
        await publisher.publishAll(
          [{ ...message, headers: { ...currentTraceHeaders() }, body: params.name }],
          1000,
        );
        logger.info('greeted');
        return { status: 200, body: currentTraceHeaders() };
      },
    });
    const dependencies = opened.use(watchDependencies(traceCollector(), logger));
    const app = createApp({
      routes: [greet],
      authenticate: async () => ({ problem: 'unauthenticated' }),
      authorize: () => undefined,
      holderOf: () => 'anybody',
      problem: (code) => ({ status: 500, body: { code } }),
      readiness: dependencies.readiness,
      isUnavailable: () => false,
      logger,
    });
    const { url } = opened.use(await listen(app, { port: 0, host: '127.0.0.1', drainMs: 0 }));
    await redis.ping();
    await db.query('select 1');
    await expectConnected(publisher);
    logger.info({ url }, 'ready');
    return opened.move();
  },
  { logger },
);

async function expectConnected(publisher: { readonly connected: boolean }): Promise<void> {
  while (!publisher.connected) await new Promise((resolve) => setTimeout(resolve, 20));
}
