import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@turnout/database/migrate';
import { openGuard } from '@turnout/local-stack/open-guard';
import { LOCAL } from '@turnout/local-stack/places';
import { narrator } from '@turnout/local-stack/say';
import { letServicesLogIn } from '@turnout/local-stack/service-roles';
import { removeStaleDirectories } from '@turnout/local-stack/stale-directories';
import { startServers } from '@turnout/local-stack/start-servers';
import { onDatabase, withDatabase } from './admin-client.ts';

/**
 * Runs once before the tests that need servers: a private PostgreSQL, Redis and RabbitMQ in a directory that is
 * removed at the end, and a migrated template database. Tests find them in the TEST_… variables. Servers that these
 * variables name already are used instead; two projects of one run share them.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const shared = globalThis as { turnoutTestServers?: Promise<AsyncDisposable>; turnoutTestUsers?: number };
  shared.turnoutTestServers ??= provideServers();
  shared.turnoutTestUsers = (shared.turnoutTestUsers ?? 0) + 1;
  const servers = await shared.turnoutTestServers;
  return async () => {
    shared.turnoutTestUsers = (shared.turnoutTestUsers ?? 1) - 1;
    if (shared.turnoutTestUsers === 0) await servers[Symbol.asyncDispose]();
  };
}

async function provideServers(): Promise<AsyncDisposable> {
  // npm test is told that it is over by the end of this channel when nothing else can tell it.
  if (process.connected) process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
  await removeStaleDirectories(LOCAL, 'test');
  await removeStaleDirectories(LOCAL, 'e2e');
  const dir = join(LOCAL, `test-${process.pid}`);
  const say = process.env.TURNOUT_TEST_QUIET ? () => {} : narrator(process.stderr);
  mkdirSync(dir, { recursive: true });
  await using opened = new AsyncDisposableStack();
  const guard = opened.use(await openGuard({ dir, logDir: join(dir, 'logs') }));
  guard.removeAtEnd(dir);
  process.env.TEST_STACK_DIR = realpathSync(dir); // for mark-children.ts
  const servers = await startServers({
    dataDir: dir,
    logDir: join(dir, 'logs'),
    guard,
    say,
    throwaway: true,
    environment: {
      DATABASE_URL: process.env.TEST_DATABASE_URL,
      REDIS_URLS: process.env.TEST_REDIS_URL,
      AMQP_URL: process.env.TEST_AMQP_URL,
    },
  });
  process.env.TEST_DATABASE_URL = servers.databaseUrl;
  process.env.TEST_REDIS_URL = servers.redisUrls[0];
  process.env.TEST_AMQP_URL = servers.amqpUrl;
  if (servers.managementUrl) process.env.TEST_RABBITMQ_MANAGEMENT_URL = servers.managementUrl;

  const template = `turnout_template_${process.pid}`;
  await onDatabase(servers.databaseUrl, (client) => client.query(`create database ${template}`));
  opened.defer(() => onDatabase(servers.databaseUrl, (client) => client.query(`drop database ${template}`)));
  await migrate({ url: withDatabase(servers.databaseUrl, template), log: () => {} });
  await letServicesLogIn(servers.databaseUrl);
  process.env.TEST_DATABASE_TEMPLATE = template;
  return opened.move();
}
