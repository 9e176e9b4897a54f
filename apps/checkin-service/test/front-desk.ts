import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';
import { type GivenOrganization, givenOrganization } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { startCheckinService } from '../src/service.ts';

/** A running service over a database of its own, and an organization with a token of each role. */
export interface FrontDesk extends AsyncDisposable {
  url: string;
  db: Db;
  database: TestDatabase;
  organization: GivenOrganization;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  scan(eventId: string, scan: object, token?: string): Promise<Answer>;
}

export interface CallOptions {
  token?: string;
  body?: unknown;
}

// Bodies are read by assertions, which say what they should be.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Json = any;

export interface Answer {
  status: number;
  body: Json;
  headers: Headers;
}

export async function openFrontDesk({ pool = 10 }: { pool?: number } = {}): Promise<FrontDesk> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const vhost = opening.use(await createTestVhost());
  const db = opening.use(openTestDb(database.url));
  const organization = await givenOrganization(db);
  const service = opening.use(
    await startCheckinService({
      port: 0,
      host: '127.0.0.1',
      database: { url: database.urlFor('checkin'), max: pool },
      amqpUrl: vhost.amqpUrl,
      log: { level: 'silent' },
    }),
  );
  const call: FrontDesk['call'] = (method, path, options = {}) =>
    callService(service.url, method, path, { token: organization.tokens.front_desk, ...options });
  const opened = opening.move();
  return {
    url: service.url,
    db,
    database,
    organization,
    call,
    scan: (eventId, scan, token) =>
      call('POST', `/v1/events/${eventId}/check-ins`, {
        body: { scanId: newId(), ...scan },
        ...(token === undefined ? {} : { token }),
      }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

export async function callService(
  url: string,
  method: string,
  path: string,
  { token, body }: CallOptions,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers };
}
