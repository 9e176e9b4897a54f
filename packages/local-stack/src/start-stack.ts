import { declareBroker } from '@turnout/broker/declare-broker';
import { migrate } from '@turnout/database/migrate';
import pg from 'pg';
import { makeDemoTokens } from './demo-tokens.ts';
import { startMailbox } from './mailbox.ts';
import type { Guard } from './open-guard.ts';
import type { Say } from './say.ts';
import { letServicesLogIn, type ServiceName } from './service-roles.ts';
import type { Stack } from './stack.ts';
import { startServers } from './start-servers.ts';
import { startServices } from './start-services.ts';

export interface StartStackOptions {
  guard: Guard;
  say: Say;
  dataDir: string;
  logDir: string;
  /** Of the services; DATABASE_URL, REDIS_URLS, AMQP_URL and SMTP_URL in it name servers to use. */
  environment: Record<string, string | undefined>;
  defaultPorts: boolean;
  throwaway?: boolean;
  /** A service runs under another pid since it was started again. */
  onPid?(service: ServiceName, pid: number): void;
}

const ORGANIZATION = 'demo';
/**
 * Only where our own mailbox takes it: nobody's mail server is asked to send to an invented address, and nobody's is
 * hurried. Ours needs no protection, and a large event that was closed holds up no mail of the next.
 */
const FOR_OUR_MAILBOX = { OPERATOR_EMAIL: 'operator@localhost', MAILS_PER_SECOND: '1000' };

/**
 * Brings up everything: servers, schema, organization and tokens, mailbox, the four services. What throws says which
 * part failed. All of it ends with the guard, and the mailbox with this process.
 */
export async function startStack(options: StartStackOptions): Promise<Stack> {
  const { say, environment } = options;
  const servers = await startServers(options);
  const databaseUrl = environment.DATABASE_URL
    ? servers.databaseUrl
    : await step('making the database', ensureDatabase(servers.databaseUrl, 'turnout'));
  await step(
    'migrating the database (its owner needs CREATE and CREATEROLE)',
    migrate({ url: databaseUrl, log: say }),
  );
  await step('creating the database roles of the services', letServicesLogIn(databaseUrl));
  await step('declaring exchanges and queues', declareBroker({ url: servers.amqpUrl }));
  const tokens = await step('making the tokens', makeDemoTokens(databaseUrl, ORGANIZATION, servers.clone));
  const mailbox = environment.SMTP_URL ? null : await openMailbox(options);
  const services = await startServices({
    ...options,
    ...servers,
    databaseUrl,
    smtpUrl: environment.SMTP_URL ?? mailbox?.smtpUrl ?? '',
    environment: settingsOf(environment, { ownMailbox: mailbox !== null }),
  });
  servers.keepData();
  return {
    services,
    infrastructure: {
      databaseUrl,
      redisUrls: servers.redisUrls,
      amqpUrl: servers.amqpUrl,
      mailboxUrl: mailbox?.url ?? null,
    },
    organization: ORGANIZATION,
    tokens,
  };
}

/** What the services are told beyond the servers; what the environment says goes first. */
export function settingsOf(
  environment: StartStackOptions['environment'],
  { ownMailbox }: { ownMailbox: boolean },
): StartStackOptions['environment'] {
  return { OPERATOR_ORGANIZATION: ORGANIZATION, ...(ownMailbox && FOR_OUR_MAILBOX), ...environment };
}

async function openMailbox({ say, defaultPorts }: StartStackOptions) {
  const mailbox = await startMailbox(defaultPorts ? { preferredPort: 4005 } : {});
  say(`mailbox: ${mailbox.url}/messages`);
  return mailbox;
}

async function step<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${what} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function ensureDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({
    connectionString: serverUrl,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
  });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
