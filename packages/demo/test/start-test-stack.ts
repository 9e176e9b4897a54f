import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Guard, openGuard } from '@turnout/local-stack/open-guard';
import { LOCAL } from '@turnout/local-stack/places';
import { startServices } from '@turnout/local-stack/start-services';
import type { Db } from '@turnout/runtime/postgres';
import { type GivenOrganization, givenOrganization } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { startTestMailbox, type TestMailbox } from '@turnout/test-kit/test-mailbox';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import type { DemoStack } from '../src/stack.ts';

export interface TestStack extends DemoStack, AsyncDisposable {
  services: Record<'checkin' | 'closure' | 'admin' | 'notifier', { url: string; readonly pid: number }>;
  organization: GivenOrganization;
  database: TestDatabase;
  /** As the owner of the database. */
  db: Db;
  amqpUrl: string;
  mailbox: TestMailbox;
  guard: Guard;
  logDir: string;
  /** What the supervisor of the services has said, such as how one ended. */
  said: readonly string[];
}

/** What test-kit and the demonstration call people and their addresses. */
const SOMEBODY = /Person \d|@example\.(?:org|com)/i;

/** Whatever a test has done with people, the logs of the services name none of them. */
function requireNobodyIn(logDir: string): void {
  for (const file of readdirSync(logDir)) {
    const line = readFileSync(join(logDir, file), 'utf8')
      .split('\n')
      .find((text) => SOMEBODY.test(text));
    if (line !== undefined) throw new Error(`${file} names a person: ${line}`);
  }
}

/** What a line about one of these is for is to be found by its trace. */
const OF_A_TRACE = /"(?:requestId|messageId|runId|deliveryId|letterId|correctionId)":"/;

/** Whatever is logged about a request, a message, a run or a delivery leads to its trace. */
function requireTracesIn(logDir: string): void {
  for (const file of readdirSync(logDir)) {
    const line = readFileSync(join(logDir, file), 'utf8')
      .split('\n')
      .find((text) => OF_A_TRACE.test(text) && !/"trace_id":"[0-9a-f]{32}"/.test(text));
    if (line !== undefined) throw new Error(`${file} has a line without its trace: ${line}`);
  }
}

/**
 * The four services as processes of their own, on the servers of the tests: with a database, a virtual host and a
 * mailbox that nobody else uses. `amqp` may put something between the services and the broker.
 */
export async function startTestStack(
  options: {
    environment?: Record<string, string>;
    amqp?: (url: string) => Promise<AsyncDisposable & { url: string }>;
  } = {},
): Promise<TestStack> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const vhost = opening.use(await createTestVhost());
  const mailbox = opening.use(await startTestMailbox());
  const amqp = options.amqp && opening.use(await options.amqp(vhost.amqpUrl));
  const db = opening.use(openTestDb(database.url));
  const organization = await givenOrganization(db);

  const dir = join(LOCAL, `e2e-${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(dir, { recursive: true });
  const logDir = join(dir, 'logs');
  const guard = opening.use(await openGuard({ dir, logDir }));
  guard.removeAtEnd(dir);
  opening.defer(() => requireNobodyIn(logDir));
  opening.defer(() => requireTracesIn(logDir));
  const said: string[] = [];
  const services = await startServices({
    guard,
    say: (line) => said.push(line),
    logDir,
    databaseUrl: database.url,
    redisUrls: [requiredVariable('TEST_REDIS_URL')],
    amqpUrl: amqp?.url ?? vhost.amqpUrl,
    smtpUrl: mailbox.smtpUrl,
    environment: { PATH: process.env.PATH, LOG_LEVEL: 'info', ...options.environment },
    defaultPorts: false,
  });
  const opened = opening.move();
  return {
    services,
    organization,
    database,
    db,
    amqpUrl: vhost.amqpUrl,
    mailbox,
    guard,
    logDir,
    said,
    infrastructure: { amqpUrl: vhost.amqpUrl, mailboxUrl: mailbox.url },
    tokens: organization.tokens,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
