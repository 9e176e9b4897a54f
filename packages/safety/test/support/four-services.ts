import { randomBytes } from 'node:crypto';
import { startAdminService } from '@turnout/admin-service/src/service.ts';
import { startCheckinService } from '@turnout/checkin-service/src/service.ts';
import { startClosureService } from '@turnout/closure-service/src/service.ts';
import { startNotifier } from '@turnout/notifier/src/service.ts';
import type { Db } from '@turnout/runtime/postgres';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { createTestDatabase } from '@turnout/test-kit/test-database';

export const services = ['checkin', 'closure', 'admin', 'notifier'] as const;
export type Service = (typeof services)[number];

/** All four on one database, each in the role that it has in production. */
export interface FourServices extends AsyncDisposable {
  urls: Record<Service, string>;
  /** The database as its owner. */
  owner: Db;
}

/** The broker is away: nobody who asks over HTTP notices, and messages wait. Nothing is scheduled. */
export async function startFourServices(options: { arrivalMs?: number } = {}): Promise<FourServices> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const owner = opening.use(openTestDb(database.url));
  const common = {
    port: 0,
    host: '127.0.0.1',
    amqpUrl: 'amqp://127.0.0.1:1',
    log: { level: process.env.TEST_LOG_LEVEL ?? 'silent' },
    ...options,
  };
  const as = (service: Service) => ({ url: database.urlFor(service), max: 10 });
  const started = await Promise.all([
    startCheckinService({ ...common, database: as('checkin') }),
    startClosureService({
      ...common,
      database: as('closure'),
      redisUrls: [requiredVariable('TEST_REDIS_URL')],
      schedule: '0 0 29 2 *',
      batchSize: 100,
      lockTtlMs: 5_000,
      concurrency: 2,
      retryDelaysMs: [],
    }),
    startAdminService({
      ...common,
      database: as('admin'),
      retention: { schedule: '0 0 29 2 *', unknownCodesDays: 90, publishedDays: 400 },
    }),
    startNotifier({
      ...common,
      database: as('notifier'),
      email: null,
      mailsPerSecond: 100,
      operator: { organization: null, email: null },
      retention: { schedule: '0 0 29 2 *', messagesDays: 400, deadLettersDays: 90 },
      webhooks: { secretsKey: randomBytes(32), networks: 'any', timeoutMs: 500 },
    }),
  ]);
  for (const service of started) opening.use(service);
  const [checkin, closure, admin, notifier] = started.map(({ url }) => url) as [
    string,
    string,
    string,
    string,
  ];
  const opened = opening.move();
  return {
    urls: { checkin, closure, admin, notifier },
    owner,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
