import { eventBody } from '@turnout/contracts/http/events';
import { givenToken } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody } from './examples.ts';
import { givenClosed, givenEnrollment, givenEvent, givenProduct } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const copy = (eventId: string, body: object) => service.admin.post(`/v1/events/${eventId}/copies`, body);

describe('copying an event', () => {
  it('makes one with the same settings and products at another time, and nobody in it', async () => {
    const settings = {
      attendanceRequirement: { type: 'all_days' },
      dayBoundary: '04:00',
      closureGraceMinutes: 30,
      deviceGraceMinutes: 60,
      reentry: 'once_per_day',
      admissionOpensAt: '2026-04-30T18:00:00+02:00',
    };
    const eventId = await givenEvent(service, settings);
    await givenEnrollment(service, eventId);
    for (const name of ['Lunch', 'Dinner']) await givenProduct(service, eventId, { name });
    await givenClosed(service, eventId);

    const { status, headers, body } = await copy(eventId, { startsAt: '2077-05-07T09:00:00+02:00' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/events/${body.id}`);
    expect(eventBody.parse(body)).toMatchObject({
      ...settings,
      name: 'TypeScript Days',
      startsAt: '2077-05-07T07:00:00.000Z',
      endsAt: '2077-05-09T15:00:00.000Z',
      admissionOpensAt: '2077-05-06T16:00:00.000Z',
      days: ['2077-05-07', '2077-05-08', '2077-05-09'],
      closedAt: null,
      closure: { state: 'not_due', lastRun: null },
    });
    const products = await service.admin.get(`/v1/events/${body.id}/products`);
    expect(products.body.items.map(({ name }: { name: string }) => name)).toEqual(['Lunch', 'Dinner']);
    expect((await service.admin.get(`/v1/events/${body.id}/enrollments`)).body.items).toEqual([]);
    const [action] = await service.owner.query(
      `select action, details->>'copyOf' as copy_of, details->'products' as products from access.actions
       where event_id = $1`,
      [body.id],
    );
    expect(action).toEqual({ action: 'event.copied', copy_of: eventId, products: 2 });
  });

  it('keeps what the clock on the wall shows, also when clocks change in between', async () => {
    const eventId = await givenEvent(service);
    // In the night to the 25th clocks go back: three days of the same hours are an hour longer.
    const { body } = await copy(eventId, { name: 'Autumn Days', startsAt: '2026-10-24T09:00:00+02:00' });
    expect(body).toMatchObject({
      name: 'Autumn Days',
      startsAt: '2026-10-24T07:00:00.000Z',
      endsAt: '2026-10-26T16:00:00.000Z',
      days: ['2026-10-24', '2026-10-25', '2026-10-26'],
    });
  });

  it('makes one of an event that was cancelled, which is not', async () => {
    const eventId = await givenEvent(service);
    await service.admin.post(`/v1/events/${eventId}/cancellation`, { reason: 'storm' });
    const { body } = await copy(eventId, { startsAt: '2077-05-07T09:00:00+02:00' });
    expect(body).toMatchObject({ cancelledAt: null, closure: { state: 'not_due' } });
  });

  it('refuses what could not be created, and makes nothing', async () => {
    const eventId = await givenEvent(service);
    const count = async () => (await service.admin.get('/v1/events?limit=200')).body.items.length;
    const before = await count();
    for (const body of [{}, { startsAt: 'soon' }, { startsAt: '9999-12-31T09:00:00Z' }, { startsAt: null }]) {
      expect((await copy(eventId, body)).body).toMatchObject({ status: 422, code: 'validation_failed' });
    }
    // Ends at half past eleven in the evening in UTC, and in the next year in Berlin.
    const late = await copy(eventId, { startsAt: '9999-12-29T15:30:00Z' });
    expect(late.body).toMatchObject({ status: 422, errors: [{ path: 'startsAt' }] });
    const longOpen = await givenEvent(service, {
      startsAt: '9998-05-01T09:00:00Z',
      endsAt: '9998-05-02T09:00:00Z',
      admissionOpensAt: '1900-01-01T00:00:00Z',
    });
    const early = await copy(longOpen, { startsAt: '1900-02-01T09:00:00Z' });
    expect(early.body).toMatchObject({ status: 422, errors: [{ path: 'startsAt' }] });
    expect((await copy(nobody, { startsAt: '2077-05-07T09:00:00+02:00' })).status).toBe(404);
    const limited = await givenToken(service.owner, service.organization.id, 'admin', {
      eventIds: [eventId],
    });
    const refused = await service
      .as(limited)
      .post(`/v1/events/${eventId}/copies`, { startsAt: '2077-05-07T09:00:00+02:00' });
    expect(refused.status).toBe(403);
    expect(await count()).toBe(before + 1);
  });
});

describe('listing events', () => {
  it('shows each in exactly one state', async () => {
    const hour = 3_600_000;
    const at = (hours: number) => new Date(Date.now() + hours * hour).toISOString();
    const given = async (startsAt: string, endsAt: string) =>
      await givenEvent(service, { startsAt, endsAt, attendanceRequirement: { type: 'any_day' } });
    const upcoming = await given(at(1), at(2));
    const running = await given(at(-1), at(1));
    const ended = await given(at(-2), at(-1));
    const closed = await given(at(-2), at(-1));
    await givenClosed(service, closed);
    const cancelled = await given(at(-1), at(1));
    await service.admin.post(`/v1/events/${cancelled}/cancellation`, { reason: 'storm' });
    const mine = Object.entries({ upcoming, running, ended, closed, cancelled });
    for (const [state] of mine) {
      const { body } = await service.admin.get(`/v1/events?limit=200&state=${state}`);
      const found = body.items.map(({ id }: { id: string }) => id);
      expect(mine.filter(([, id]) => found.includes(id)).map(([of]) => of)).toEqual([state]);
    }
    expect((await service.admin.get('/v1/events?state=late')).status).toBe(422);
  });

  it('finds a part of a name as it is written, in upper or lower case', async () => {
    const eventId = await givenEvent(service, { name: 'Zürich 100%_sure\\Days' });
    const search = async (text: string) =>
      (await service.admin.get(`/v1/events?search=${encodeURIComponent(text)}`)).body.items.map(
        ({ id }: { id: string }) => id,
      );
    expect(await search('zÜRICH')).toEqual([eventId]);
    expect(await search('100%_sure\\d')).toEqual([eventId]);
    expect(await search('1%s')).toEqual([]);
  });

  it('gives a cursor of one filter to no other', async () => {
    await givenEvent(service);
    await givenEvent(service);
    const { body } = await service.admin.get('/v1/events?limit=1&search=days');
    expect((await service.admin.get(`/v1/events?limit=1&cursor=${body.nextCursor}`)).status).toBe(422);
    expect((await service.admin.get(`/v1/events?search=days&cursor=${body.nextCursor}`)).status).toBe(200);
  });
});
