import { guardRoutes } from '@turnout/access/guard-routes';
import { problem } from '@turnout/contracts/problems';
import { notifierQueue, notifierTopology, publicTopology } from '@turnout/contracts/topology';
import { requireSchema } from '@turnout/database/require-schema';
import { createApp } from '@turnout/runtime/http/app';
import { type HttpServer, listen } from '@turnout/runtime/http/server';
import { startPart } from '@turnout/runtime/lifecycle';
import { createLogger, type Logger } from '@turnout/runtime/logger';
import { isUnavailable, openDb, requireDurablePostgres } from '@turnout/runtime/postgres';
import { declareTopology, openConsumer } from '@turnout/runtime/rabbitmq';
import { openChannels } from './channels/open-channels.ts';
import type { NotifierConfig } from './config.ts';
import { receiveEvents } from './consumers/receive-events.ts';
import { routes } from './http/routes.ts';
import { readiness } from './readiness.ts';
import { startSending } from './sending/sending-loop.ts';
import { openWebhooks } from './webhooks/open-webhooks.ts';

const name = 'notifier';

/** Messages held unanswered, and so the largest set that one transaction stores. */
const PREFETCH = 500;

/** Starts the service; disposing what it returns stops it in order. A start that fails closes what it had opened. */
export async function startNotifier(
  config: NotifierConfig,
  logger: Logger = createLogger({ name, ...config.log }),
): Promise<HttpServer> {
  await using opening = new AsyncDisposableStack();
  const db = opening.use(openDb({ ...config.database, applicationName: name }));
  await startPart('PostgreSQL', 'Check DATABASE_URL, and that the migrations have run.', async () => {
    await requireSchema(db);
    await requireDurablePostgres(db);
  });
  const channels = opening.use(openChannels(config.email, logger));
  const sending = opening.use(startSending({ db, channels, logger }));
  const webhooks = opening.use(openWebhooks(db, config.webhooks, logger));
  const wake = () => {
    sending.wake();
    webhooks.wake();
  };
  const consumer = opening.use(
    openConsumer({
      url: config.amqpUrl,
      name,
      queue: notifierQueue,
      prefetch: PREFETCH,
      logger,
      setup: async (channel) => {
        await declareTopology(channel, publicTopology);
        await declareTopology(channel, notifierTopology);
      },
      onMessages: receiveEvents({ db, channels, logger, onStored: wake }),
    }),
  );
  const app = createApp({
    routes: routes({
      db,
      networks: config.webhooks.networks,
      sealing: webhooks.sealing,
      wake: webhooks.wake,
    }),
    ...guardRoutes(db),
    readiness: () => readiness({ db, consumer }),
    problem,
    isUnavailable,
    logger,
  });
  const server = opening.use(await startPart('HTTP', 'Choose another PORT.', () => listen(app, config)));
  logger.info({ url: server.url, channels: channels.names }, 'ready');
  const opened = opening.move();
  return { url: server.url, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
