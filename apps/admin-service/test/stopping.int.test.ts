import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Db } from '@turnout/runtime/postgres';
import {
  type GivenOrganization,
  givenEnrollments,
  givenEvent,
  givenOrganization,
} from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { type ServiceProcess, startServiceProcess } from '@turnout/test-kit/service-process';
import { type FaultProxy, startProxy } from '@turnout/test-kit/start-proxy';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const DAY = 86_400_000;
const PEOPLE = 3_000;
const NEW_PEOPLE = 1_000;

const opened = new AsyncDisposableStack();
let database: TestDatabase;
let vhost: TestVhost;
let owner: Db;
let organization: GivenOrganization;
/** Its rows name each day of a year that people have missed: four kilobytes each, which no socket has room for. */
let eventId: string;

beforeAll(async () => {
  database = opened.use(await createTestDatabase());
  vhost = opened.use(await createTestVhost());
  owner = opened.use(openTestDb(database.url));
  organization = await givenOrganization(owner);
  const year = { starts_at: new Date(Date.now() - 360 * DAY), ends_at: new Date(Date.now() - DAY) };
  eventId = await givenEvent(owner, organization.id, { ...year, requirement_type: 'all_days' });
  await givenEnrollments(owner, organization.id, eventId, PEOPLE);
});
afterAll(() => opened.disposeAsync());

interface Running extends AsyncDisposable {
  admin: ServiceProcess;
  servers: Record<'PostgreSQL' | 'RabbitMQ' | 'Redis', FaultProxy>;
}

/** A process, with each of its servers behind something that can stop to answer. */
async function start(): Promise<Running> {
  await using opening = new AsyncDisposableStack();
  const servers = {
    PostgreSQL: opening.use(await startProxy(database.urlFor('admin'))),
    RabbitMQ: opening.use(await startProxy(vhost.amqpUrl)),
    Redis: opening.use(await startProxy(requiredVariable('TEST_REDIS_URL'))),
  };
  const environment = {
    DATABASE_URL: servers.PostgreSQL.url,
    AMQP_URL: servers.RabbitMQ.url,
    REDIS_URLS: servers.Redis.url,
  };
  const admin = opening.use(await startServiceProcess('admin-service', environment));
  const started = opening.move();
  return { admin, servers, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function send(url: string, method: string, headers: Record<string, string> = {}): ClientRequest {
  const authorization = `Bearer ${organization.tokens.admin}`;
  const sent = request(url, { method, agent: false, headers: { authorization, ...headers } });
  return sent.on('error', () => undefined);
}

async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer.setEncoding('utf8');
}

/** An answer to its end. Rejects when it is broken off. */
async function rest(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer) text += chunk as string;
  return text;
}

/** A report that has begun, and of which nobody reads more yet. On a busy machine it takes more than one try. */
async function beginReport({ admin }: Running): Promise<IncomingMessage> {
  return await waitUntil(async () => {
    const sent = send(`${admin.url}/v1/events/${eventId}/report?format=json`, 'GET');
    sent.end();
    const answer = await answerTo(sent);
    answer.on('error', () => undefined);
    if (answer.statusCode === 200) return answer;
    answer.resume();
    return undefined;
  });
}

const newPeople = Array.from({ length: NEW_PEOPLE }, (_, n) => `Somebody ${n},s${n}@example.org,,,`);
const file = ['name,email,ticketType,accessCode,externalId', ...newPeople, ''].join('\n');

describe.concurrent('an admin service that is told to stop', () => {
  it('finishes the report, the import and the overrides under way, and exits 0', async () => {
    await using running = await start();
    const { admin, servers } = running;
    const importInto = await givenEvent(owner, organization.id);
    const overrideIn = await givenEvent(owner, organization.id);
    await givenEnrollments(owner, organization.id, overrideIn, 50);
    const report = await beginReport(running);
    // Slow enough for all of it to be under way, and fast enough to end.
    servers.PostgreSQL.delay(30);
    const importing = send(`${admin.url}/v1/events/${importInto}/enrollments/import`, 'POST', {
      'content-type': 'text/csv',
      accept: 'text/event-stream',
    });
    importing.end(file);
    const dayBefore = new Date(Date.now() - 2 * DAY).toISOString().slice(0, 10);
    const overriding = send(`${admin.url}/v1/events/${overrideIn}/overrides`, 'POST', {
      'content-type': 'application/json',
    });
    overriding.end(
      JSON.stringify({
        to: 'checked_in',
        day: dayBefore,
        reason: 'scanner broken',
        filter: {},
        expectedCount: 50,
      }),
    );
    const overridden = answerTo(overriding);
    const progress = await answerTo(importing);
    const exited = admin.stop();
    const [events, rows, override] = await Promise.all([
      rest(progress),
      rest(report),
      overridden.then(async (answer) => [answer.statusCode, JSON.parse(await rest(answer))] as const),
    ]);
    expect(events).toContain(`event: result\ndata: {"created":${NEW_PEOPLE}}`);
    expect(JSON.parse(rows)).toMatchObject({ rows: PEOPLE });
    expect(override).toMatchObject([200, { count: 50, refusedCount: 0 }]);
    expect(await exited).toBe(0);
  });

  it.each([['PostgreSQL'], ['RabbitMQ'], ['Redis']] as const)(
    'exits 0 while %s stands still and somebody holds a report, which is broken off visibly',
    async (name) => {
      await using running = await start();
      const report = await beginReport(running);
      running.servers[name].blackhole();
      expect(await running.admin.stop()).toBe(0);
      await expect(rest(report)).rejects.toThrow();
    },
  );
});
