import { tokenBody } from '@turnout/contracts/http/tokens';
import { givenToken } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody, someone, typeScriptDays } from './examples.ts';
import { givenEnrollment, givenEvent } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const create = (body: object) => service.admin.post('/v1/tokens', body);
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe('creating a token', () => {
  it('shows it once, and it works', async () => {
    const eventId = await givenEvent(service);
    const sent = {
      role: 'auditor',
      label: 'Door A 🚪',
      events: [eventId],
      station: 'Door A',
      expiresAt: inAnHour(),
    };
    const { status, body } = await create(sent);
    const { token, ...described } = body;
    expect(status).toBe(201);
    expect(tokenBody.safeParse(described).error).toBeUndefined();
    expect(described).toMatchObject({ ...sent, revokedAt: null });
    expect(token).toMatch(/^tnt_[0-9a-f]{32}_[0-9a-f]{64}_[0-9a-f]{8}$/);

    const { body: events } = await service.as(token).get('/v1/events');
    expect(events.items.map(({ id }: { id: string }) => id)).toEqual([eventId]);
    const list = await service.admin.get('/v1/tokens');
    expect(list.body.items[0]).toEqual(described);
    expect(list.text).not.toContain(token.split('_')[2]);
    expect(list.text).not.toMatch(/hash|secret|tnt_/);
  });

  it('needs a role and a label, and nothing else', async () => {
    const { body } = await create({ role: 'front_desk', label: 'Door B' });
    expect(body).toMatchObject({ events: null, station: null, expiresAt: null, revokedAt: null });
  });

  it('refuses events that are not there or not ours, each by its place', async () => {
    await using other = await startAdminUnderTest();
    const events = [nobody, await givenEvent(service), await givenEvent(other)];
    const { body } = await create({ role: 'front_desk', label: 'Door', events });
    expect(body).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(body.errors).toEqual([
      { path: 'events[0]', message: 'is not an event of this organization' },
      { path: 'events[2]', message: 'is not an event of this organization' },
    ]);
  });

  it.each([
    ['expiresAt', { expiresAt: '2020-01-01T00:00:00Z' }],
    ['expiresAt', { expiresAt: 'tomorrow' }],
    ['role', { role: 'owner' }],
    ['label', { label: '' }],
    ['events', { events: [] }],
    ['events[0]', { events: ['TypeScript Days'] }],
    ['station', { station: '\u0000' }],
    ['organizationId', { organizationId: nobody }],
    ['token', { token: 'tnt_mine' }],
  ])('refuses a token whose %s cannot be: %j', async (path, changes) => {
    const { body } = await create({ role: 'front_desk', label: 'Door', ...changes });
    expect(body).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ path }] });
  });
});

describe('revoking a token', () => {
  it('is final, can be asked for again, and shows in the list', async () => {
    const { body } = await create({ role: 'auditor', label: 'lost' });
    const find = async () =>
      (await service.admin.get('/v1/tokens')).body.items.find(({ id }: { id: string }) => id === body.id);
    const first = await service.admin.delete(`/v1/tokens/${body.id}`);
    expect({ status: first.status, text: first.text }).toEqual({ status: 204, text: '' });
    const { revokedAt } = await find();
    expect(revokedAt).toEqual(expect.any(String));
    expect((await service.admin.delete(`/v1/tokens/${body.id}`)).status).toBe(204);
    expect((await find()).revokedAt).toBe(revokedAt);
    expect((await service.as(body.token).get('/v1/events')).body).toMatchObject({
      status: 401,
      code: 'unauthenticated',
    });
  });

  it('answers 404 for a token that is not there', async () => {
    expect((await service.admin.delete(`/v1/tokens/${nobody}`)).body).toMatchObject({ status: 404 });
    expect((await service.admin.delete('/v1/tokens/7')).body).toMatchObject({ status: 422 });
  });
});

describe('a token that is limited to some events', () => {
  let within: string;
  let outside: string;
  let admin: ReturnType<AdminUnderTest['as']>;
  beforeAll(async () => {
    within = await givenEvent(service);
    outside = await givenEvent(service);
    admin = service.as(
      await givenToken(service.owner, service.organization.id, 'admin', { eventIds: [within] }),
    );
  });

  it('sees and changes these, and the others look as if they were not there', async () => {
    const { body } = await admin.get('/v1/events');
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([within]);
    expect((await admin.patch(`/v1/events/${within}`, { name: 'Mine' })).status).toBe(200);
    expect((await admin.post(`/v1/events/${within}/enrollments`, someone())).status).toBe(201);
    const enrollmentId = await givenEnrollment(service, outside);
    const enrollment = `/v1/events/${outside}/enrollments/${enrollmentId}`;
    for (const answer of [
      await admin.get(`/v1/events/${outside}`),
      await admin.get(`/v1/events/${outside.toUpperCase()}`),
      await admin.patch(`/v1/events/${outside}`, { name: 'Mine' }),
      await admin.post(`/v1/events/${outside}/cancellation`, { reason: 'storm' }),
      await admin.get(`/v1/events/${outside}/enrollments`),
      await admin.post(`/v1/events/${outside}/enrollments`, someone()),
      await admin.get(enrollment),
      await admin.post(`${enrollment}/overrides`, { to: 'attended', reason: 'was there' }),
      await admin.post(`${enrollment}/cancellation`, { reason: 'storm' }),
      await admin.get(`/v1/events/${outside}/transitions`),
      await admin.get(`/v1/events/${within}/enrollments/${enrollmentId}`),
    ]) {
      expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
    }
  });

  it('makes no events and no tokens, whatever was sent', async () => {
    for (const body of [typeScriptDays, { nonsense: true }]) {
      expect((await admin.post('/v1/events', body)).body).toMatchObject({ status: 403, code: 'forbidden' });
      expect((await admin.post('/v1/tokens', body)).body).toMatchObject({ status: 403, code: 'forbidden' });
    }
  });

  it('sees and revokes tokens for these events only', async () => {
    const make = async (events?: string[]) =>
      (await create({ role: 'front_desk', label: 'x', events })).body.id;
    const [inside, wider, whole] = [await make([within]), await make([within, outside]), await make()];
    const seen = (await admin.get('/v1/tokens')).body.items.map(({ id }: { id: string }) => id);
    expect(seen).toContain(inside);
    expect(seen).not.toContain(wider);
    expect(seen).not.toContain(whole);
    expect((await admin.delete(`/v1/tokens/${wider}`)).status).toBe(404);
    expect((await admin.delete(`/v1/tokens/${whole}`)).status).toBe(404);
    expect((await admin.delete(`/v1/tokens/${inside}`)).status).toBe(204);
  });
});
