import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { everyRoute, pathWith } from './every-route.ts';
import { someone, typeScriptDays } from './examples.ts';
import {
  givenClosure,
  givenEnrollment,
  givenEvent,
  givenOrder,
  givenParticipant,
  givenProduct,
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
  await givenOrder(service, { eventId, enrollmentId }, []);
  const participantId = await givenParticipant(service, enrollmentId);
  const ids = { eventId, enrollmentId, tokenId: token.id, productId, participantId };
  const calls = [...everyRoute, ...everyRoute, ...everyRoute];
  const answers = await Promise.all(
    calls.map((route) => service.admin.send(route.method.toUpperCase(), pathWith(route, ids), route.body)),
  );
  const surprising = answers.filter(({ status }) => ![200, 201, 204, 409].includes(status));
  expect(surprising.map(({ status, text }) => ({ status, text }))).toEqual([]);
});

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
