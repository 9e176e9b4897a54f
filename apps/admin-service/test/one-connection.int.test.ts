import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminUnderTest, type Answer, startAdminUnderTest } from './admin-under-test.ts';
import { everyRoute, identityProvider, pathWith } from './every-route.ts';
import { someone, typeScriptDays } from './examples.ts';
import {
  givenClosure,
  givenEnrollment,
  givenEvent,
  givenOrder,
  givenProduct,
  participantOf,
} from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest({ max: 1 });
});
afterAll(() => service[Symbol.asyncDispose]());

it('every route works with a single connection, also when many are called at once', async () => {
  const eventId = await givenEvent(service);
  const enrollmentId = await givenEnrollment(service, eventId);
  await givenClosure(service, eventId, [enrollmentId]);
  const { body: token } = await service.admin.post('/v1/tokens', { role: 'auditor', label: 'x' });
  const productId = await givenProduct(service, eventId);
  const participantId = await participantOf(service, eventId, enrollmentId);
  await givenOrder(service, { eventId, enrollmentId }, []);
  const ids = { eventId, enrollmentId, tokenId: token.id, productId, participantId };
  await service.admin.put('/v1/identity-provider', identityProvider);
  // The provider stays, so that it is there to be read whatever is called first.
  const kept = everyRoute.filter(
    ({ method, path }) => method !== 'delete' || path !== '/v1/identity-provider',
  );
  const answers: Answer[] = [];
  for (let round = 0; round < 3; round += 1) {
    const calls = kept.map((route) =>
      onceThereIsRoom(() =>
        service.admin.send(route.method.toUpperCase(), pathWith(route, ids), route.body, route.headers),
      ),
    );
    answers.push(...(await Promise.all(calls)));
  }
  const surprising = answers.filter(({ status }) => ![200, 201, 204, 409].includes(status));
  expect(surprising.map(({ status, text }) => ({ status, text }))).toEqual([]);
});

/**
 * Asks again as long as it is told that others are asked for already: with one connection that is a matter of speed.
 */
async function onceThereIsRoom(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    const isTurnedAway = answer.status === 503 && answer.text.includes('This service is overloaded');
    if (!isTurnedAway) return answer;
  }
}

it('an event and its people can be made and told with a single connection', async () => {
  const { body: event } = await service.admin.post('/v1/events', typeScriptDays);
  const path = `/v1/events/${event.id}`;
  const { body: enrollment } = await service.admin.post(`${path}/enrollments`, someone());
  expect((await service.admin.patch(path, { timeZone: 'Asia/Tokyo' })).status).toBe(200);
  const { body: lunch } = await service.admin.post(`${path}/products`, { name: 'Lunch', kind: 'addon' });
  const order = { status: 'paid', lineItems: [{ productId: lunch.id, quantity: 2 }] };
  expect((await service.admin.put(`${path}/enrollments/${enrollment.id}/order`, order)).status).toBe(200);
  const late = { to: 'checked_in', reason: 'came late', day: event.days[0] };
  const one = `${path}/enrollments/${enrollment.id}`;
  expect((await service.admin.post(`${one}/overrides`, late)).status).toBe(200);
  expect((await service.admin.get(one)).body.transitions).toHaveLength(2);
  expect((await service.admin.post(`${one}/cancellation`, { reason: 'ill' })).status).toBe(200);
  expect((await service.admin.post(`${path}/cancellation`, { reason: 'storm' })).status).toBe(200);
});
