import { type FaultProxy, startProxy } from '@turnout/test-kit/start-proxy';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { everyRoute, type Ids, pathWith } from './every-route.ts';
import { givenClosure, givenEnrollment, givenEvent, givenProduct, participantOf } from './given.ts';

/** Two seconds are the promise; the rest is for a busy machine. Without deadlines it would be for ever. */
const LATEST_MS = 8_000;

let proxy: FaultProxy;
let service: AdminUnderTest;
let ids: Ids;
beforeAll(async () => {
  service = await startAdminUnderTest({
    through: async (url) => {
      proxy = await startProxy(url);
      return proxy.url;
    },
  });
  const eventId = await givenEvent(service);
  const enrollmentId = await givenEnrollment(service, eventId);
  await givenClosure(service, eventId, [enrollmentId]);
  const { body } = await service.admin.post('/v1/tokens', { role: 'auditor', label: 'x' });
  const productId = await givenProduct(service, eventId);
  const participantId = await participantOf(service, eventId, enrollmentId);
  ids = { eventId, enrollmentId, tokenId: body.id, productId, participantId };
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

async function callAll() {
  const startedAt = performance.now();
  const answers = await Promise.all(
    everyRoute.map((route) =>
      service.admin.send(route.method.toUpperCase(), pathWith(route, ids), route.body, route.headers),
    ),
  );
  return { answers, ms: performance.now() - startedAt };
}

const faults: [string, () => void][] = [
  ['refuses connections', () => proxy.cut()],
  ['takes everything and answers nothing', () => proxy.blackhole()],
];

describe('while PostgreSQL', () => {
  it.each(faults)(
    '%s, every route answers 503 within two seconds, and works again by itself',
    async (_what, fault) => {
      fault();
      const { answers, ms } = await callAll();
      expect(answers.map(({ status, body }) => [status, body?.code])).toEqual(
        everyRoute.map(() => [503, 'unavailable']),
      );
      expect(answers.every(({ headers }) => headers.get('retry-after') === '1')).toBe(true);
      expect(ms).toBeLessThan(LATEST_MS);
      expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${service.url}/livez`)).status).toBe(200);

      proxy.heal();
      await waitUntil(async () => (await callAll()).answers.every(({ status }) => status < 500));
    },
  );
});

it('without the broker the service is ready', async () => {
  const ready = await fetch(`${service.url}/readyz`);
  expect({ status: ready.status, body: await ready.json() }).toEqual({
    status: 200,
    body: { ready: true, checks: { postgres: 'ok', rabbitmq: 'unavailable' } },
  });
});
