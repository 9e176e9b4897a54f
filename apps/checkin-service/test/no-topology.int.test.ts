import { declareBroker } from '@turnout/broker/declare-broker';
import { newId } from '@turnout/runtime/ids';
import { givenEnrollments, givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { startCheckinService } from '../src/service.ts';
import { callService } from './front-desk.ts';

const HOUR = 3_600_000;

describe('a broker on which nothing was declared yet', () => {
  it('keeps nobody out; events wait, and leave without a restart when the topology is there', async () => {
    await using database = await createTestDatabase();
    await using vhost = await createTestVhost({ empty: true });
    await using db = openTestDb(database.url, 2);
    const organization = await givenOrganization(db);
    await using service = await startCheckinService({
      port: 0,
      host: '127.0.0.1',
      database: { url: database.urlFor('checkin'), max: 2 },
      amqpUrl: vhost.amqpUrl,
      log: { level: 'silent' },
    });
    const readiness = async () => {
      const answer = await fetch(`${service.url}/readyz`);
      return { status: answer.status, ...((await answer.json()) as { checks: object }).checks };
    };
    const waiting = async () => (await db.query('select from outbox.messages')).length;

    const times = { starts_at: new Date(Date.now() - HOUR), ends_at: new Date(Date.now() + HOUR) };
    const eventId = await givenEvent(db, organization.id, times);
    const [person] = await givenEnrollments(db, organization.id, eventId, 1);
    const answer = await callService(service.url, 'POST', `/v1/events/${eventId}/check-ins`, {
      token: organization.tokens.front_desk,
      body: { scanId: newId(), accessCode: person?.accessCode },
    });
    expect(answer.status).toBe(201);
    expect(await readiness()).toEqual({ status: 200, postgres: 'ok', rabbitmq: 'unavailable' });
    expect(await waiting()).toBe(1);

    await declareBroker({ url: vhost.amqpUrl });
    await waitUntil(async () => (await waiting()) === 0);
    expect(await readiness()).toEqual({ status: 200, postgres: 'ok', rabbitmq: 'ok' });
  });
});
