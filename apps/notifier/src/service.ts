import { guardRoutes } from '@turnout/access/guard-routes';
import { statusRoute } from '@turnout/access/status-route';
import { declareNotifierQueue } from '@turnout/broker/require-broker';
import { apiDocuments } from '@turnout/contracts/http/api-documents';
import { problem } from '@turnout/contracts/problems';
import { notifierDeadLetterQueue, notifierQueue } from '@turnout/contracts/topology';
import { requireDatabase } from '@turnout/database/require-database';
import { readSchemaVersion } from '@turnout/database/require-schema';
import { type Dependency, postgres, traceCollector, watchDependencies } from '@turnout/runtime/dependencies';
import { SECOND } from '@turnout/runtime/durations';
import { createApp } from '@turnout/runtime/http/app';
import { type HttpServer, listen } from '@turnout/runtime/http/server';
import { startPart } from '@turnout/runtime/lifecycle';
import { createLogger, type Logger } from '@turnout/runtime/logger';
import { isUnavailable, openDb, type Queryable } from '@turnout/runtime/postgres';
import { type ConsumerConfig, openConsumer, openPublisher } from '@turnout/runtime/rabbitmq';
import { startSchedule } from '@turnout/runtime/schedule';
import { together } from '@turnout/runtime/together';
import about from '../package.json' with { type: 'json' };
import { startWatching } from './alerts/watch-loop.ts';
import { type Channels, openChannels } from './channels/open-channels.ts';
import type { NotifierConfig } from './config.ts';
import { receiveDeadLetters } from './consumers/receive-dead-letters.ts';
import { receiveEvents } from './consumers/receive-events.ts';
import { routes } from './http/routes.ts';
import { watchDeliveries, watchQueue } from './metrics.ts';
import { runRetention } from './retention/run-retention.ts';
import { startSending } from './sending/sending-loop.ts';
import { countStranded } from './store/count-stranded.ts';
import { openWebhooks } from './webhooks/open-webhooks.ts';

const name = 'notifier';

/** Messages held unanswered, and so the largest set that one transaction stores. */
const PREFETCH = 500;

/** Dead messages held at once: seldom many, and each of them may be large. */
const DEAD_PREFETCH = 20;

/** Starts the service; disposing what it returns stops it in order. A start that fails closes what it had opened. */
export async function startNotifier(
  config: NotifierConfig,
  logger: Logger = createLogger({ name, ...config.log }),
): Promise<HttpServer> {
  await using opening = new AsyncDisposableStack();
  const db = opening.use(openDb({ ...config.database, applicationName: name }));
  await requireDatabase(db, logger);
  opening.use(watchDeliveries(db));
  const channels = opening.use(openChannels(config.email, logger));
  await warnOfStranded(db, channels, logger);
  const broker = {
    url: config.amqpUrl,
    logger,
    setup: declareNotifierQueue,
  } satisfies Partial<ConsumerConfig>;
  const publisher = opening.use(openPublisher({ ...broker, name: `${name} replays` }));
  const guards = opening.use(guardRoutes({ db, name, logger, access: config.access }));
  // All of it stops at once: what is under way has the whole of the time, and nobody begins anything new.
  const work = opening.use(together());
  const { mailsPerSecond } = config;
  const sending = work.use(startSending({ db, channels, mailsPerSecond, logger }));
  const webhooks = work.use(openWebhooks(db, config.webhooks, logger));
  const wake = () => {
    sending.wake();
    webhooks.wake();
  };
  work.use(startWatching({ db, mailer: channels.mailer, operatorEmail: config.operator.email, logger }));
  work.use(
    openConsumer({
      ...broker,
      name: `${name} dead letters`,
      queue: notifierDeadLetterQueue,
      prefetch: DEAD_PREFETCH,
      onMessages: receiveDeadLetters({ db, logger }),
    }),
  );
  const consumer = work.use(
    openConsumer({
      ...broker,
      name,
      queue: notifierQueue,
      prefetch: PREFETCH,
      onMessages: receiveEvents({ db, channels, logger, onStored: wake }),
    }),
  );
  opening.use(watchQueue(consumer));
  const stopping = new AbortController();
  work.defer(() => stopping.abort());
  work.use(
    startSchedule({
      name: 'retention',
      cron: config.retention.schedule,
      runAtStart: false,
      logger,
      async task() {
        await runRetention({ db, config: config.retention, stopping: stopping.signal, logger });
      },
    }),
  );
  // Its function is to take events and owe people a message; a mail server that is away makes messages wait, and
  // nothing else.
  const dependencies = opening.use(
    watchDependencies(
      [
        postgres(db, 'Events wait in their queue, and nothing is sent.'),
        {
          name: 'rabbitmq',
          required: true,
          works: () => consumer.connected,
          without: 'Events wait in the broker; deliveries that are already due still go out.',
        },
        ...mailServer(channels),
        ...guards.dependencies,
        ...traceCollector(),
      ],
      logger,
    ),
  );
  const status = statusRoute({
    service: name,
    version: about.version,
    dependencies,
    schemaVersion: () => readSchemaVersion(db),
  });
  const app = createApp({
    routes: [
      ...routes({
        db,
        publisher,
        wake,
        operatorOrganization: config.operator.organization,
        networks: config.webhooks.networks,
        sealing: webhooks.sealing,
      }),
      status,
    ],
    ...guards,
    readiness: dependencies.readiness,
    documents: apiDocuments.notifier,
    // The other half is for messages, which must not wait for lists.
    placesAtOnce: Math.ceil(config.database.max / 2),
    problem,
    isUnavailable,
    logger,
  });
  const server = work.use(await startPart('HTTP', 'Choose another PORT.', () => listen(app, config)));
  logger.info({ url: server.url, channels: channels.open.map((channel) => channel.name) }, 'ready');
  const opened = opening.move();
  return { url: server.url, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function mailServer({ mailer }: Channels): Dependency[] {
  if (mailer === null) return [];
  const without = 'Mails wait and are retried; so are alert mails.';
  return [{ name: 'smtp', works: () => mailer.answers(), without, lookEveryMs: 30 * SECOND }];
}

/**
 * Deliveries wait for a channel that is not there, such as e-mail after SMTP_URL was removed. Nothing else would say
 * so.
 */
async function warnOfStranded(db: Queryable, channels: Channels, logger: Logger): Promise<void> {
  const stranded = await countStranded(
    db,
    channels.open.map((channel) => channel.name),
  );
  for (const { channel, waiting } of stranded) {
    logger.warn({ channel, waiting }, 'deliveries wait for a channel that is not configured here');
  }
}
