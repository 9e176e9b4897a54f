import { guardRoutes } from '@turnout/access/guard-routes';
import { bindAttendanceModels } from '@turnout/attendance-store/models/attendance-models';
import { requireEventsExchange } from '@turnout/broker/require-broker';
import { problem } from '@turnout/contracts/problems';
import { eventsExchange } from '@turnout/contracts/topology';
import { requireSchema } from '@turnout/database/require-schema';
import { startRelay } from '@turnout/outbox/relay';
import { createApp } from '@turnout/runtime/http/app';
import { type HttpServer, listen } from '@turnout/runtime/http/server';
import { startPart } from '@turnout/runtime/lifecycle';
import { createLogger } from '@turnout/runtime/logger';
import { isUnavailable, openDb, requireDurablePostgres } from '@turnout/runtime/postgres';
import { openPublisher } from '@turnout/runtime/rabbitmq';
import { readyWithPostgres } from '@turnout/runtime/readiness';
import { startSchedule } from '@turnout/runtime/schedule';
import { openSequelize } from '@turnout/runtime/sequelize';
import type { AdminConfig } from './config.ts';
import { routes } from './http/routes.ts';
import { openRetentionDb } from './retention/open-retention-db.ts';
import { runRetention } from './retention/run-retention.ts';
import { bindTokenModel } from './tokens/token-model.ts';

const name = 'admin-service';

/** Starts the service; disposing what it returns stops it in order. A start that fails closes what it had opened. */
export async function startAdminService(config: AdminConfig): Promise<HttpServer> {
  await using opening = new AsyncDisposableStack();
  const logger = createLogger({ name, ...config.log });
  const database = { ...config.database, applicationName: name };
  const db = opening.use(openDb({ ...database, steadyPlans: true }));
  const sequelize = openSequelize(database);
  opening.defer(() => sequelize.close());
  await startPart('PostgreSQL', 'Check DATABASE_URL, and that the migrations have run.', async () => {
    await requireSchema(db);
    await requireDurablePostgres(db);
  });
  const publisher = opening.use(
    openPublisher({
      url: config.amqpUrl,
      name,
      logger,
      setup: requireEventsExchange,
    }),
  );
  const relay = opening.use(startRelay({ db, publisher, exchange: eventsExchange, logger }));
  const app = createApp({
    routes: routes({
      db,
      models: bindAttendanceModels(sequelize),
      Token: bindTokenModel(sequelize),
      relay,
    }),
    ...guardRoutes(db),
    readiness: readyWithPostgres(db, publisher),
    problem,
    isUnavailable,
    logger,
  });
  const retentionDb = opening.use(openRetentionDb(config, `${name} retention`));
  const stopping = new AbortController();
  opening.use(
    await startPart('the schedule', 'Correct RETENTION_SCHEDULE.', async () =>
      startSchedule({
        name: 'retention',
        cron: config.retention.schedule,
        runAtStart: false,
        logger,
        async task() {
          const signal = stopping.signal;
          const options = {
            db: retentionDb,
            config: config.retention,
            dryRun: false,
            stopping: signal,
            logger,
          };
          await runRetention(options);
          return undefined;
        },
      }),
    ),
  );
  opening.defer(() => stopping.abort());
  const server = opening.use(await startPart('HTTP', 'Choose another PORT.', () => listen(app, config)));
  logger.info({ url: server.url }, 'ready');
  const opened = opening.move();
  return { url: server.url, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
