import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';
import {
  type GivenOrganization,
  givenEnrollments,
  givenEvent,
  givenOrganization,
} from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { startServiceProcess } from '@turnout/test-kit/service-process';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const HOUR = 3_600_000;

const opened = new AsyncDisposableStack();
let database: TestDatabase;
let vhost: TestVhost;
let db: Db;
let organization: GivenOrganization;

beforeAll(async () => {
  database = opened.use(await createTestDatabase());
  vhost = opened.use(await createTestVhost());
  db = opened.use(openTestDb(database.url, 2));
  organization = await givenOrganization(db);
});
afterAll(() => opened.disposeAsync());

describe.concurrent('a check-in service that is told to stop', () => {
  it.each([
    ['PostgreSQL', 503],
    ['RabbitMQ', 201],
    ['Redis', 201],
  ] as const)('while %s stands still answers who has asked, with %i, and exits 0', async (name, status) => {
    await using postgres = await startProxy(database.urlFor('checkin'));
    await using rabbitmq = await startProxy(vhost.amqpUrl);
    await using redis = await startProxy(requiredVariable('TEST_REDIS_URL'));
    const servers = { PostgreSQL: postgres, RabbitMQ: rabbitmq, Redis: redis };
    await using service = await startServiceProcess('checkin-service', {
      DATABASE_URL: postgres.url,
      AMQP_URL: rabbitmq.url,
      REDIS_URLS: redis.url,
    });
    const times = { starts_at: new Date(Date.now() - HOUR), ends_at: new Date(Date.now() + HOUR) };
    const eventId = await givenEvent(db, organization.id, times);
    const people = await givenEnrollments(db, organization.id, eventId, 2);
    const scan = (accessCode = '') =>
      fetch(`${service.url}/v1/events/${eventId}/check-ins`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${organization.tokens.front_desk}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ scanId: newId(), accessCode }),
      });
    expect((await scan(people[0]?.accessCode)).status).toBe(201);

    servers[name].blackhole();
    const asked = scan(people[1]?.accessCode);
    // Answered after the scan has arrived: both came to an idle process, one after the other.
    await fetch(`${service.url}/livez`);
    const exited = service.stop();
    expect((await asked).status).toBe(status);
    expect(await exited).toBe(0);
  });
});
