import { guardRoutes } from '@turnout/access/guard-routes';
import { statusRoute } from '@turnout/access/status-route';
import { requireEventsExchange } from '@turnout/broker/require-broker';
import { apiDocuments } from '@turnout/contracts/http/api-documents';
import { problem } from '@turnout/contracts/problems';
import { eventsExchange } from '@turnout/contracts/topology';
import { requireDatabase } from '@turnout/database/require-database';
import { readSchemaVersion } from '@turnout/database/require-schema';
import { rabbitmq } from '@turnout/outbox/broker-dependency';
import { startRelay } from '@turnout/outbox/relay';
import { postgres, traceCollector, watchDependencies } from '@turnout/runtime/dependencies';
import { SECOND } from '@turnout/runtime/durations';
import { createApp } from '@turnout/runtime/http/app';
import { type HttpServer, listen } from '@turnout/runtime/http/server';
import { startPart } from '@turnout/runtime/lifecycle';
import { openLocks } from '@turnout/runtime/lock';
import { createLogger } from '@turnout/runtime/logger';
import { isUnavailable, openDb } from '@turnout/runtime/postgres';
import { openPublisher } from '@turnout/runtime/rabbitmq';
import { startSchedule } from '@turnout/runtime/schedule';
import { atMost, together } from '@turnout/runtime/together';
import about from '../package.json' with { type: 'json' };
import { startBackground } from './background.ts';
import { closureOf, openClosingDb } from './closure.ts';
import type { ClosureConfig } from './config.ts';
import { startCorrectionLoop } from './correction-loop.ts';
import { routes } from './http/routes.ts';
import { watchDue } from './metrics.ts';
import { scheduledLook } from './scheduled-look.ts';

const name = 'closure-service';

/** For the batches under way, which take a fraction of it. */
const FINISH_WITHIN_MS = 2 * SECOND;

/** Starts the service; disposing what it returns stops it in order. A start that fails closes what it had opened. */
export async function startClosureService(config: ClosureConfig): Promise<HttpServer> {
  await using opening = new AsyncDisposableStack();
  const logger = createLogger({ name, ...config.log });
  const locks = opening.use(openLocks({ urls: config.redisUrls, logger }));
  const work = together();
  // A run that its database has held up ends now that its connection is gone, and hands back its lock.
  opening.defer(() => atMost(SECOND, work[Symbol.asyncDispose]()));
  const pools = opening.use(together());
  const db = pools.use(openDb({ ...config.database, applicationName: name, steadyPlans: true }));
  const closingDb = pools.use(openClosingDb(config, `${name} closing`));
  await requireDatabase(db, logger);
  const publisher = opening.use(
    openPublisher({ url: config.amqpUrl, name, logger, setup: requireEventsExchange }),
  );
  const relay = opening.use(startRelay({ db, publisher, exchange: eventsExchange, logger }));
  const stopping = new AbortController();
  const closure = closureOf(config, {
    db: closingDb,
    locks,
    stopping: stopping.signal,
    committed: () => relay.wake(),
    logger,
  });
  opening.use(watchDue(db));
  opening.defer(() => atMost(FINISH_WITHIN_MS, work[Symbol.asyncDispose]()));
  const background = work.use(startBackground(logger));
  const guards = opening.use(guardRoutes({ db, name, logger, access: config.access }));
  const dependencies = opening.use(
    watchDependencies(
      [
        postgres(db, 'No event is closed; events that are due are closed when it is back.'),
        rabbitmq(publisher),
        {
          name: 'redis',
          works: () => locks.answers(),
          without:
            'Closures run without the lock: PostgreSQL keeps them correct, but work may be done twice.',
        },
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
    routes: [...routes({ db, closure, background }), status],
    ...guards,
    readiness: dependencies.readiness,
    documents: apiDocuments.closure,
    placesAtOnce: Math.ceil(config.database.max / 2),
    problem,
    isUnavailable,
    logger,
  });
  work.use(
    startSchedule({
      name: 'close due events',
      cron: config.schedule,
      runAtStart: true,
      logger,
      task: scheduledLook(closure, config),
    }),
  );
  work.use(startCorrectionLoop(closure));
  // When stopping, once no request is left: runs end after the batch they are in, and the rest is left to the next.
  opening.defer(() => stopping.abort());
  const server = opening.use(await startPart('HTTP', 'Choose another PORT.', () => listen(app, config)));
  logger.info({ url: server.url, schedule: config.schedule }, 'ready');
  const opened = opening.move();
  return { url: server.url, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
