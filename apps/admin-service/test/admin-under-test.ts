import type { AccessConfig } from '@turnout/access/access-config';
import { MINUTE } from '@turnout/runtime/durations';
import type { Db } from '@turnout/runtime/postgres';
import { type GivenOrganization, givenOrganization } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { startAdminService } from '../src/service.ts';

/** An answer, read whole. `body` is its JSON, where it is that; what a test expects of it is what it checks. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any;
}

export interface Client {
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** Any request; a body that is text or bytes is sent as it is. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface AdminUnderTest extends AsyncDisposable {
  url: string;
  /** The database in the role of the service. */
  databaseUrl: string;
  /** The database as its owner, who may look at and prepare everything. */
  owner: Db;
  organization: GivenOrganization;
  /** A client with this token. */
  as(token: string): Client;
  /** A client with the organization's admin token. */
  admin: Client;
}

export interface AdminOptions {
  max?: number;
  amqpUrl?: string;
  through?: (url: string) => Promise<string>;
  access?: Partial<AccessConfig>;
}

/** Tests walk every route with credentials that are not valid, all from one address. */
const patient = { failedSignIns: { most: 100_000, windowMs: MINUTE } };

/**
 * The service over HTTP, on a database of its own in the role it has in production. Unless a test names a broker it is
 * away, which admins do not notice: events wait in the outbox, where tests look for them. `through` may put something
 * between the service and its database.
 */
export async function startAdminUnderTest({
  max = 10,
  amqpUrl = 'amqp://127.0.0.1:1',
  through = async (url: string) => url,
  access = {},
}: AdminOptions = {}): Promise<AdminUnderTest> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const owner = opening.use(openTestDb(database.url));
  const service = opening.use(
    await startAdminService({
      port: 0,
      host: '127.0.0.1',
      database: { url: await through(database.urlFor('admin')), max },
      amqpUrl,
      access: { ...patient, ...access },
      retention: { schedule: '30 3 * * *', unknownCodesDays: 90, publishedDays: 400 },
      log: { level: process.env.TEST_LOG_LEVEL ?? 'silent' },
    }),
  );
  const organization = await givenOrganization(owner);
  const as = (token: string) => clientOf(service.url, token);
  const opened = opening.move();
  return {
    url: service.url,
    databaseUrl: database.urlFor('admin'),
    owner,
    organization,
    as,
    admin: as(organization.tokens.admin),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Of a download `text` is what a test looks at. */
function isJson({ headers }: Response): boolean {
  return /^application\/(?:problem\+)?json\b/.test(headers.get('content-type') ?? '');
}

function clientOf(url: string, token: string): Client {
  const send: Client['send'] = async (method, path, body, headers = {}) => {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson(response) && text !== '' ? JSON.parse(text) : null,
    };
  };
  return {
    send,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    patch: (path, body) => send('PATCH', path, body),
    put: (path, body) => send('PUT', path, body),
    delete: (path) => send('DELETE', path),
  };
}
