import { guardRoutes } from '@turnout/access/guard-routes';
import { statusRoute } from '@turnout/access/status-route';
import { lookAtEvent } from '@turnout/attendance-store/door/look-at-event';
import { requireEventsExchange } from '@turnout/broker/require-broker';
import { apiDocuments } from '@turnout/contracts/http/api-documents';
import { problem } from '@turnout/contracts/problems';
import { eventsExchange } from '@turnout/contracts/topology';
import { requireDatabase } from '@turnout/database/require-database';
import { readSchemaVersion } from '@turnout/database/require-schema';
import { rabbitmq } from '@turnout/outbox/broker-dependency';
import { startRelay } from '@turnout/outbox/relay';
import { postgres, traceCollector, watchDependencies } from '@turnout/runtime/dependencies';
import { createApp } from '@turnout/runtime/http/app';
import { type HttpServer, listen } from '@turnout/runtime/http/server';
import { startPart } from '@turnout/runtime/lifecycle';
import { createLogger } from '@turnout/runtime/logger';
import { isUnavailable, openDb } from '@turnout/runtime/postgres';
import { openPublisher } from '@turnout/runtime/rabbitmq';
import about from '../package.json' with { type: 'json' };
import { gatherScans } from './commands/gather-scans.ts';
import { recordScans } from './commands/record-scans.ts';
import type { CheckinConfig } from './config.ts';
import { routes } from './http/routes.ts';
import { openLiveView } from './live/live-view.ts';

const name = 'checkin-service';

/** Starts the service; disposing what it returns stops it in order. A start that fails closes what it had opened. */
export async function startCheckinService(config: CheckinConfig): Promise<HttpServer> {
  await using opening = new AsyncDisposableStack();
  const logger = createLogger({ name, ...config.log });
  const db = opening.use(openDb({ ...config.database, applicationName: name, steadyPlans: true }));
  await requireDatabase(db, logger);
  const publisher = opening.use(
    openPublisher({ url: config.amqpUrl, name, logger, setup: requireEventsExchange }),
  );
  const relay = opening.use(startRelay({ db, publisher, exchange: eventsExchange, logger }));
  const live = opening.use(openLiveView((eventId) => lookAtEvent(db, eventId), logger));
  const record = gatherScans((event, scans) => recordScans(db, event, scans));
  const guards = opening.use(guardRoutes({ db, name, logger, access: config.access }));
  const dependencies = opening.use(
    watchDependencies(
      [
        postgres(db, 'Nothing can be looked up or recorded: requests get a 503.'),
        rabbitmq(publisher),
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
    routes: [...routes({ db, relay, live, record }), status],
    ...guards,
    readiness: dependencies.readiness,
    documents: apiDocuments.checkin,
    // Two thirds of the connections are for scans, whatever else is asked for.
    placesAtOnce: Math.ceil(config.database.max / 3),
    problem,
    isUnavailable,
    logger,
  });
  const server = opening.use(await startPart('HTTP', 'Choose another PORT.', () => listen(app, config)));
  logger.info({ url: server.url }, 'ready');
  const opened = opening.move();
  return { url: server.url, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
