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
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { type OpenApi, type Operation, operationsOf } from '../src/operations.ts';

export interface Services extends AsyncDisposable {
  /** The database as its owner. */
  owner: Db;
  urls: Readonly<Record<string, string>>;
  /** Read from each service's `/openapi.json`. */
  documents: Readonly<Record<string, OpenApi>>;
  operations: readonly Operation[];
}

/** The four services in this process, with the configuration that an environment without wishes gives them. */
export async function startServices(): Promise<Services> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const vhost = opening.use(await createTestVhost());
  const owner = opening.use(openTestDb(database.url));
  const environment = (service: 'admin' | 'checkin' | 'closure' | 'notifier') => ({
    PORT: '0',
    DATABASE_URL: database.urlFor(service),
    AMQP_URL: vhost.amqpUrl,
    REDIS_URLS: requiredVariable('TEST_REDIS_URL'),
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    // Endpoints and providers are at a port of this machine at which nobody listens: see words.ts.
    WEBHOOK_SECRETS_KEY: randomBytes(32).toString('base64'),
    WEBHOOK_NETWORKS: 'any',
    IDENTITY_PROVIDER_NETWORKS: 'any',
  });
  const servers = {
    admin: opening.use(await startAdminService(readAdmin(environment('admin')))),
    checkin: opening.use(await startCheckinService(readCheckin(environment('checkin')))),
    closure: opening.use(await startClosureService(readClosure(environment('closure')))),
    notifier: opening.use(await startNotifier(readNotifier(environment('notifier')))),
  };
  const urls = Object.fromEntries(Object.entries(servers).map(([name, { url }]) => [name, url]));
  const documents: Record<string, OpenApi> = {};
  for (const [name, url] of Object.entries(urls)) {
    documents[name] = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi;
  }
  const operations = Object.entries(documents).flatMap(([name, document]) =>
    operationsOf(name, String(urls[name]), document),
  );
  const opened = opening.move();
  return { owner, urls, documents, operations, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
