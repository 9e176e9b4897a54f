import { defaultAccess } from '@turnout/access/access-config';
import { guardRoutes } from '@turnout/access/guard-routes';
import { statusRoute } from '@turnout/access/status-route';
import { bindAttendanceModels } from '@turnout/attendance-store/models/attendance-models';
import { startSealer } from '@turnout/audit/sealer';
import { requireEventsExchange } from '@turnout/broker/require-broker';
import { apiDocuments } from '@turnout/contracts/http/api-documents';
import { problem } from '@turnout/contracts/problems';
import { eventsExchange } from '@turnout/contracts/topology';
import { requireDatabase } from '@turnout/database/require-database';
import { readSchemaVersion } from '@turnout/database/require-schema';
import { rabbitmq } from '@turnout/outbox/broker-dependency';
import { startRelay } from '@turnout/outbox/relay';
import { postgres, traceCollector, watchDependencies } from '@turnout/runtime/dependencies';
import { MINUTE, SECOND } from '@turnout/runtime/durations';
import { createApp } from '@turnout/runtime/http/app';
import { type HttpServer, listen } from '@turnout/runtime/http/server';
import { startPart } from '@turnout/runtime/lifecycle';
import { createLogger } from '@turnout/runtime/logger';
import { isUnavailable, openDb } from '@turnout/runtime/postgres';
import { openPublisher } from '@turnout/runtime/rabbitmq';
import { startSchedule } from '@turnout/runtime/schedule';
import { openSequelize } from '@turnout/runtime/sequelize';
import { atMost, together } from '@turnout/runtime/together';
import about from '../package.json' with { type: 'json' };
import type { AdminConfig } from './config.ts';
import { routes } from './http/routes.ts';
import { TooManyReports, takeTurns } from './reports/turns.ts';
import { openRetentionDb } from './retention/open-retention-db.ts';
import { runRetention } from './retention/run-retention.ts';

const name = 'admin-service';
/** For imports and overrides in bulk. */
const BULK_CONNECTIONS = 4;

/** Reports that are made at once, at most, and of one organization. */
const REPORTS = { atOnce: 4, ofOneOrganization: 2 };

/** Starts the service; disposing what it returns stops it in order. A start that fails closes what it had opened. */
export async function startAdminService(config: AdminConfig): Promise<HttpServer> {
  await using opening = new AsyncDisposableStack();
  const logger = createLogger({ name, ...config.log });
  const database = { ...config.database, applicationName: name };
  const pools = opening.use(together());
  const db = pools.use(openDb({ ...database, steadyPlans: true }));
  const reportsDb = pools.use(
    openDb({
      ...database,
      applicationName: `${name} reports`,
      max: REPORTS.atOnce,
      queryTimeoutMs: 20 * SECOND,
      // A report waits for whoever reads it: somewhat longer than the server lets them read nothing.
      idleInTransactionMs: MINUTE,
      steadyPlans: true,
    }),
  );
  const bulkDb = pools.use(
    openDb({
      ...database,
      applicationName: `${name} bulk`,
      max: BULK_CONNECTIONS,
      queryTimeoutMs: 30 * SECOND,
      lockTimeoutMs: 15 * SECOND,
      steadyPlans: true,
    }),
  );
  const sequelize = openSequelize({ ...database, applicationName: `${name} models` });
  pools.defer(() => atMost(2 * SECOND, sequelize.close()));
  const retentionDb = pools.use(openRetentionDb(config, `${name} retention`));
  await requireDatabase(db, logger);
  const publisher = opening.use(
    openPublisher({ url: config.amqpUrl, name, logger, setup: requireEventsExchange }),
  );
  const relay = opening.use(startRelay({ db, publisher, exchange: eventsExchange, logger }));
  const guards = opening.use(guardRoutes({ db, name, logger, access: config.access }));
  const dependencies = opening.use(
    watchDependencies(
      [
        postgres(db, 'Nothing can be read or changed: requests get a 503.'),
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
    routes: [
      ...routes({
        db,
        bulkDb,
        models: bindAttendanceModels(sequelize),
        relay,
        reports: { db: reportsDb, turns: takeTurns(REPORTS.ofOneOrganization) },
        providerNetworks: { ...defaultAccess, ...config.access }.providerNetworks,
      }),
      status,
    ],
    ...guards,
    readiness: dependencies.readiness,
    documents: apiDocuments.admin,
    placesAtOnce: config.database.max,
    problem,
    isUnavailable: (error) => error instanceof TooManyReports || isUnavailable(error),
    logger,
  });
  const work = opening.use(together());
  work.use(startSealer({ database: { url: database.url, applicationName: `${name} sealer` }, logger }));
  const stopping = new AbortController();
  const retention = startSchedule({
    name: 'retention',
    cron: config.retention.schedule,
    runAtStart: false,
    logger,
    async task() {
      const options = { db: retentionDb, config: config.retention, stopping: stopping.signal, logger };
      await runRetention({ ...options, dryRun: false });
    },
  });
  work.defer(async () => {
    stopping.abort();
    await atMost(2 * SECOND, retention[Symbol.asyncDispose]());
  });
  const server = work.use(await startPart('HTTP', 'Choose another PORT.', () => listen(app, config)));
  logger.info({ url: server.url }, 'ready');
  const opened = opening.move();
  return { url: server.url, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
