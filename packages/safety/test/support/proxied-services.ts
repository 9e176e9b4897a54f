import { randomBytes } from 'node:crypto';
import { readConfig as readAdmin } from '@turnout/admin-service/src/config.ts';
import { startAdminService } from '@turnout/admin-service/src/service.ts';
import { readConfig as readCheckin } from '@turnout/checkin-service/src/config.ts';
import { startCheckinService } from '@turnout/checkin-service/src/service.ts';
import { readConfig as readClosure } from '@turnout/closure-service/src/config.ts';
import { startClosureService } from '@turnout/closure-service/src/service.ts';
import { readConfig as readNotifier } from '@turnout/notifier/src/config.ts';
import { startNotifier } from '@turnout/notifier/src/service.ts';
import type { Db } from '@turnout/runtime/postgres';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { type FaultProxy, startProxy } from '@turnout/test-kit/start-proxy';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { startTestMailbox, type TestMailbox } from '@turnout/test-kit/test-mailbox';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import type { Service } from './four-services.ts';

export type Server = 'postgres' | 'rabbitmq' | 'redis' | 'smtp';

export interface ProxiedServices extends AsyncDisposable {
  urls: Record<Service, string>;
  /** What each server can be taken away with. */
  servers: Record<Server, FaultProxy>;
  /** The database as its owner, and not through the proxy. */
  owner: Db;
  mailbox: TestMailbox;
}

/**
 * The four services in this process, with a proxy before each server they depend on. The mail server is away at first.
 */
export async function startProxiedServices(): Promise<ProxiedServices> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const vhost = opening.use(await createTestVhost());
  const mailbox = opening.use(await startTestMailbox());
  const owner = opening.use(openTestDb(database.url));
  const postgres = opening.use(await startProxy(database.url));
  const rabbitmq = opening.use(await startProxy(vhost.amqpUrl));
  const redis = opening.use(await startProxy(requiredVariable('TEST_REDIS_URL')));
  const smtp = opening.use(await startProxy(mailbox.smtpUrl));
  smtp.cut();
  const environment = (service: Service) => {
    const url = new URL(database.urlFor(service));
    url.host = new URL(postgres.url).host;
    return {
      PORT: '0',
      DATABASE_URL: url.href,
      AMQP_URL: rabbitmq.url,
      REDIS_URLS: redis.url,
      SMTP_URL: smtp.url,
      CLOSURE_SCHEDULE: '0 0 29 2 *',
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
      WEBHOOK_SECRETS_KEY: randomBytes(32).toString('base64'),
    };
  };
  const [checkin, closure, admin, notifier] = await Promise.all([
    startCheckinService(readCheckin(environment('checkin'))),
    startClosureService(readClosure(environment('closure'))),
    startAdminService(readAdmin(environment('admin'))),
    startNotifier(readNotifier(environment('notifier'))),
  ]);
  const started = { checkin, closure, admin, notifier };
  for (const service of Object.values(started)) opening.use(service);
  const urls = Object.fromEntries(Object.entries(started).map(([name, { url }]) => [name, url]));
  const opened = opening.move();
  return {
    urls: urls as Record<Service, string>,
    servers: { postgres, rabbitmq, redis, smtp },
    owner,
    mailbox,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
