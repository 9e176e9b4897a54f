import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClosureConfig } from '@turnout/closure-service/src/config.ts';
import { startClosureService } from '@turnout/closure-service/src/service.ts';
import { openGuard } from '@turnout/local-stack/open-guard';
import { LOCAL } from '@turnout/local-stack/places';
import { type RunningService, startService } from '@turnout/local-stack/start-services';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { type GivenOrganization, givenOrganization } from '@turnout/test-kit/given';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { type FaultProxy, startProxy } from '@turnout/test-kit/start-proxy';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { startTestMailbox, type TestMailbox } from '@turnout/test-kit/test-mailbox';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { clock } from '../prometheus/clock.ts';
import { rulesYaml } from '../prometheus/rules.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';

/** The four services under a real Prometheus with our rules, and what can be broken of them. */
export interface Rehearsal extends AsyncDisposable {
  prometheus: Prometheus;
  organization: GivenOrganization;
  /** As the owner. */
  db: Db;
  /** Past the proxy. */
  amqpUrl: string;
  mailbox: TestMailbox;
  checkinUrl: string;
  /** Between all services and the broker. */
  broker: FaultProxy;
  /** Between check-in and PostgreSQL. */
  doorDatabase: FaultProxy;
  /** Is not started again when it is killed. */
  admin: RunningService;
}

/**
 * Starts all of it.
 *
 * @param faster how many times faster than written the durations of the rules pass
 */
export async function openRehearsal(options: { faster: number; scrapeInterval: string }): Promise<Rehearsal> {
  const { faster, scrapeInterval } = options;
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const vhost = opening.use(await createTestVhost());
  const mailbox = opening.use(await startTestMailbox());
  const broker = opening.use(await startProxy(vhost.amqpUrl));
  const doorDatabase = opening.use(await startProxy(database.url));
  const db = opening.use(openDb({ url: database.url, max: 4, applicationName: 'rehearsal' }));
  const organization = await givenOrganization(db);

  const dir = join(LOCAL, `e2e-${process.pid}-${randomBytes(4).toString('hex')}`);
  const logDir = join(dir, 'logs');
  mkdirSync(logDir, { recursive: true });
  const guard = opening.use(await openGuard({ dir, logDir }));
  guard.removeAtEnd(dir);
  opening.defer(() => guard.endAtOnce()); // what is under way at the end is of no use to anybody
  const redisUrls = [requiredVariable('TEST_REDIS_URL')];
  const start = async (name: 'checkin' | 'admin' | 'notifier', databaseUrl = database.url) =>
    await startService(name, {
      guard,
      say: () => {},
      logDir,
      databaseUrl,
      redisUrls,
      amqpUrl: broker.url,
      smtpUrl: mailbox.smtpUrl,
      environment: { PATH: process.env.PATH, LOG_LEVEL: 'warn' },
      defaultPorts: false,
      pausesMs: [HOUR_MS],
    });
  // In this process, where its pauses can be shortened: a run fails after four attempts.
  const closureConfig: ClosureConfig = {
    port: 0,
    host: '127.0.0.1',
    database: { url: database.urlFor('closure'), max: 6 },
    redisUrls,
    amqpUrl: broker.url,
    schedule: '* * * * * *',
    batchSize: 2_000,
    lockTtlMs: 5_000,
    concurrency: 2,
    retryDelaysMs: [50, 50, 50],
    log: { level: 'silent' },
  };
  const [checkin, admin, notifier, closure] = await Promise.all([
    start('checkin', doorDatabase.url),
    start('admin'),
    start('notifier'),
    startClosureService(closureConfig),
  ]);
  opening.use(closure);
  const prometheus = await startPrometheus({
    guard,
    dir: join(dir, 'prometheus'),
    logDir,
    rules: rulesYaml(clock(faster)),
    scrapeInterval,
    targets: {
      'checkin-service': new URL(checkin.url).host,
      'closure-service': new URL(closure.url).host,
      'admin-service': new URL(admin.url).host,
      notifier: new URL(notifier.url).host,
    },
  });
  const opened = opening.move();
  return {
    prometheus,
    organization,
    db,
    amqpUrl: vhost.amqpUrl,
    mailbox,
    checkinUrl: checkin.url,
    broker,
    doorDatabase,
    admin,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const HOUR_MS = 3_600_000;
