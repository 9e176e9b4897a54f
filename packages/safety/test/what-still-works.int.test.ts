import { newId } from '@turnout/runtime/ids';
import {
  type GivenOrganization,
  givenEnrollments,
  givenEvent,
  givenOrganization,
} from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './support/ask.ts';
import { type Service, services } from './support/four-services.ts';
import { type ProxiedServices, type Server, startProxiedServices } from './support/proxied-services.ts';

/** Two seconds are the promise; the rest is for a busy machine. Without deadlines it would be for ever. */
const LATEST_MS = 8_000;

const HOUR = 3_600_000;

let stack: ProxiedServices;
let organization: GivenOrganization;
beforeAll(async () => {
  stack = await startProxiedServices();
  organization = await givenOrganization(stack.owner);
  await found({ rabbitmq: 'ok', redis: 'ok', postgres: 'ok' });
});
afterAll(() => stack[Symbol.asyncDispose]());

async function call(service: Service, method: string, path: string, body?: object) {
  return await ask({ method, url: stack.urls[service] + path, token: organization.tokens.admin, body });
}

async function readiness(service: Service) {
  const { status, body } = await ask({ method: 'GET', url: `${stack.urls[service]}/readyz` });
  return { status, checks: body.checks as Record<string, string> };
}

/** Waits until all services have found the servers to be so. */
async function found(states: Partial<Record<Server, string>>): Promise<void> {
  await waitUntil(async () => {
    const all = await Promise.all(services.map(readiness));
    return all.every(({ checks }) =>
      Object.entries(states).every(([server, state]) => checks[server] === state),
    );
  });
}

interface Told {
  name: string;
  state: string;
  since: string;
  degraded: string | null;
}

async function dependency(service: Service, name: Server): Promise<Told> {
  const { status, body } = await call(service, 'GET', '/status');
  expect(status).toBe(200);
  return (body.dependencies as Told[]).find((told) => told.name === name) as Told;
}

/** Why all others hear 503, for an admin who was let in before; nobody else is, and nothing else is answered. */
async function tellsOfPostgres(service: Service, before: Told): Promise<void> {
  const { status, body } = await call(service, 'GET', '/status');
  expect({ status, ready: body.ready }).toEqual({ status: 200, ready: false });
  expect(body.schemaVersion).toMatch(/^\d{4}-/);
  const told = (body.dependencies as Told[]).find(({ name }) => name === 'postgres');
  expect(told).toMatchObject({ state: 'unavailable', degraded: expect.stringMatching(/\w{3}.*\.$/) });
  expect((told?.since ?? '') > before.since).toBe(true);
  const url = `${stack.urls[service]}/status`;
  const stranger = await ask({ method: 'GET', url, token: organization.tokens.auditor });
  expect(stranger.status).toBe(503);
  const { text } = await ask({ method: 'GET', url: `${stack.urls[service]}/metrics` });
  expect(text).toContain('turnout_dependency_up{dependency="postgres"} 0');
}

const readyStatus = async () =>
  Object.fromEntries(
    await Promise.all(services.map(async (service) => [service, (await readiness(service)).status])),
  );

/** One of everything that people do: the statuses of the answers. */
async function useAll() {
  const { owner } = stack;
  const [open, over] = [
    { starts_at: new Date(Date.now() - HOUR), ends_at: new Date(Date.now() + HOUR) },
    { starts_at: new Date(Date.now() - 3 * HOUR), ends_at: new Date(Date.now() - HOUR) },
  ];
  const eventId = await givenEvent(owner, organization.id, open);
  const [person] = await givenEnrollments(owner, organization.id, eventId, 1);
  const accessCode = person?.accessCode;
  const ended = await givenEvent(owner, organization.id, { ...over, closure_grace_minutes: 1_000 });
  await givenEnrollments(owner, organization.id, ended, 1);
  const [checkIn, lookup, write, closure, deliveries] = await Promise.all([
    call('checkin', 'POST', `/v1/events/${eventId}/check-ins`, { scanId: newId(), accessCode }),
    call('checkin', 'GET', `/v1/events/${eventId}/attendees/${accessCode}`),
    call('admin', 'POST', `/v1/events/${eventId}/enrollments`, {
      participant: { name: 'Ada', email: `${newId()}@example.org` },
    }),
    call('closure', 'POST', `/v1/events/${ended}/closure-runs`),
    call('notifier', 'GET', '/v1/deliveries'),
  ]);
  const answers = [checkIn, lookup, write, closure, deliveries].map(({ status }) => status);
  return { answers, closureRun: closure.body.id as string };
}

async function closureEnds(id: string): Promise<void> {
  await waitUntil(
    async () => (await call('closure', 'GET', `/v1/closure-runs/${id}`)).body.status === 'succeeded',
  );
}

const WORKS = [201, 200, 201, 202, 200];
const waiting = async () => (await stack.owner.query('select from outbox.messages')).length;

describe('with everything there but the mail server', () => {
  it('everybody is ready, and the notifier says that mails wait', async () => {
    expect(await readyStatus()).toEqual({ checkin: 200, closure: 200, admin: 200, notifier: 200 });
    await waitUntil(async () => (await readiness('notifier')).checks.smtp === 'unavailable');
    expect(await dependency('notifier', 'smtp')).toMatchObject({
      state: 'unavailable',
      degraded: 'Mails wait and are retried; so are alert mails.',
    });
    stack.servers.smtp.heal();
  });

  it.each(services)(
    '%s tells its version, its schema and its dependencies, and no address',
    async (service) => {
      const { status, text, body } = await call(service, 'GET', '/status');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        service: service === 'notifier' ? service : `${service}-service`,
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        schemaVersion: expect.stringMatching(/^\d{4}-/),
        uptimeSeconds: expect.any(Number),
        ready: true,
      });
      expect(body.dependencies).toContainEqual({
        name: 'postgres',
        state: 'ok',
        since: expect.stringMatching(/Z$/),
        degraded: null,
      });
      expect(text).not.toMatch(/127\.0\.0\.1|:\/\/|password|turnout_/);
    },
  );
});

describe('without Redis', () => {
  it('everybody is ready and everything works, closures too, and /status says what is degraded since when', async () => {
    const before = await dependency('closure', 'redis');
    stack.servers.redis.cut();
    await found({ redis: 'unavailable' });
    expect(await readyStatus()).toEqual({ checkin: 200, closure: 200, admin: 200, notifier: 200 });
    const { answers, closureRun } = await useAll();
    expect(answers).toEqual(WORKS);
    await closureEnds(closureRun);
    const now = await dependency('closure', 'redis');
    expect(now).toMatchObject({
      state: 'unavailable',
      degraded: expect.stringContaining('without the lock'),
    });
    expect(now.since > before.since).toBe(true);
    expect((await dependency('closure', 'redis')).since).toBe(now.since);
    expect((await dependency('checkin', 'redis')).degraded).toMatch(/enforces the rate limits on its own/);
    stack.servers.redis.heal();
    await found({ redis: 'ok' });
    expect((await dependency('closure', 'redis')).degraded).toBeNull();
  });
});

describe('without RabbitMQ', () => {
  it('everything but the notifier is ready and works, messages wait, and go out when it is back', async () => {
    stack.servers.rabbitmq.cut();
    await found({ rabbitmq: 'unavailable' });
    expect(await readyStatus()).toEqual({ checkin: 200, closure: 200, admin: 200, notifier: 503 });
    const { answers, closureRun } = await useAll();
    expect(answers).toEqual(WORKS);
    await closureEnds(closureRun);
    expect(await waiting()).toBeGreaterThan(0);
    expect(await dependency('checkin', 'rabbitmq')).toMatchObject({
      state: 'unavailable',
      degraded: 'Messages wait in the outbox, and are published when it is back.',
    });
    const { body } = await call('notifier', 'GET', '/status');
    expect(body.ready).toBe(false);
    stack.servers.rabbitmq.heal();
    await found({ rabbitmq: 'ok' });
    await waitUntil(async () => (await waiting()) === 0);
    expect(await readyStatus()).toEqual({ checkin: 200, closure: 200, admin: 200, notifier: 200 });
  });
});

describe('with Redis, RabbitMQ and the mail server frozen, all at once', () => {
  it('everything works in its time, and goes out when they move again', async () => {
    const { postgres: _, ...frozen } = stack.servers;
    for (const server of Object.values(frozen)) server.blackhole();
    const { answers, closureRun } = await useAll();
    expect(answers).toEqual(WORKS);
    await closureEnds(closureRun);
    expect(await waiting()).toBeGreaterThan(0);
    const { checkin, closure, admin } = await readyStatus();
    expect({ checkin, closure, admin }).toEqual({ checkin: 200, closure: 200, admin: 200 });
    for (const server of Object.values(frozen)) {
      server.heal();
      server.reset();
    }
    await found({ rabbitmq: 'ok', redis: 'ok' });
    await waitUntil(async () => (await waiting()) === 0);
  });
});

describe('without PostgreSQL', () => {
  it.each(['cut', 'blackhole'] as const)(
    'nobody is ready (%s), all answer 503 within two seconds, say why, and it all comes back by itself',
    async (fault) => {
      const before = await Promise.all(services.map((service) => dependency(service, 'postgres')));
      stack.servers.postgres[fault]();
      const startedAt = performance.now();
      const all = await Promise.all(services.map(readiness));
      expect(performance.now() - startedAt).toBeLessThan(LATEST_MS);
      expect(all.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
      expect(all.map(({ checks }) => checks.postgres)).toEqual(Array(4).fill('unavailable'));
      for (const service of services) {
        expect((await ask({ method: 'GET', url: `${stack.urls[service]}/livez` })).status).toBe(200);
      }
      await Promise.all(services.map((service, index) => tellsOfPostgres(service, before[index] as Told)));
      stack.servers.postgres.heal();
      await found({ postgres: 'ok' });
      const { answers, closureRun } = await useAll();
      expect(answers).toEqual(WORKS);
      await closureEnds(closureRun);
    },
  );
});
