import { productBody } from '@turnout/contracts/http/products';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody } from './examples.ts';
import { givenClosed, givenEvent, givenProduct } from './given.ts';

let service: AdminUnderTest;
let eventId: string;
beforeAll(async () => {
  service = await startAdminUnderTest();
  eventId = await givenEvent(service);
});
afterAll(() => service[Symbol.asyncDispose]());

describe('making a product', () => {
  it.each(['ticket', 'addon'])('of kind %s answers it, and where it is', async (kind) => {
    const { status, headers, body } = await service.admin.post(`/v1/events/${eventId}/products`, {
      name: 'Tutorial A',
      kind,
    });
    expect(status).toBe(201);
    expect(productBody.parse(body)).toEqual({
      id: expect.any(String),
      eventId,
      name: 'Tutorial A',
      kind,
      createdAt: expect.any(String),
    });
    expect(headers.get('location')).toBe(`/v1/events/${eventId}/products/${body.id}`);
    expect((await service.admin.get(headers.get('location') ?? '')).body).toEqual(body);
  });

  it('is fine for an event that is cancelled or closed: refunds come later', async () => {
    const cancelled = await givenEvent(service);
    await service.admin.post(`/v1/events/${cancelled}/cancellation`, { reason: 'storm' });
    const closed = await givenEvent(service);
    await givenClosed(service, closed);
    for (const event of [cancelled, closed]) await givenProduct(service, event);
  });

  it.each([
    [{}, ['name', 'kind']],
    [{ name: ' ', kind: 'addon' }, ['name']],
    [{ name: 'x'.repeat(201), kind: 'addon' }, ['name']],
    [{ name: 'Lunch', kind: 'meal' }, ['kind']],
    [{ name: 'Lunch', kind: 'addon', price: 5 }, ['price']],
  ])('like %j is refused, naming what is wrong', async (product, paths) => {
    const { status, body } = await service.admin.post(`/v1/events/${eventId}/products`, product);
    expect(status).toBe(422);
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  it('for an event that is not there is refused', async () => {
    const path = `/v1/events/${nobody}/products`;
    const made = await service.admin.post(path, { name: 'Lunch', kind: 'addon' });
    expect(made.body).toMatchObject({ status: 404, code: 'not_found' });
    expect((await service.admin.get(path)).status).toBe(404);
  });
});

describe('the products of an event', () => {
  it('are listed in the order in which they were made, page by page, and are no other event’s', async () => {
    const event = await givenEvent(service);
    const ids: string[] = [];
    for (const name of ['A', 'B', 'C', 'D', 'E']) ids.push(await givenProduct(service, event, { name }));
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await service.admin.get(`/v1/events/${event}/products?limit=2${cursor}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(ids);
  });

  it('are none at first', async () => {
    const event = await givenEvent(service);
    const { body } = await service.admin.get(`/v1/events/${event}/products`);
    expect(body).toEqual({ items: [], nextCursor: null });
  });

  it('do not go on from a page of another event', async () => {
    const [one, other] = [await givenEvent(service), await givenEvent(service)];
    for (const event of [one, one, other, other]) await givenProduct(service, event);
    const { nextCursor } = (await service.admin.get(`/v1/events/${one}/products?limit=1`)).body;
    const { body } = await service.admin.get(`/v1/events/${other}/products?cursor=${nextCursor}`);
    expect(body).toMatchObject({ status: 422, errors: [{ path: 'cursor' }] });
  });

  it('are found one by one only in their own event', async () => {
    const [one, other] = [await givenEvent(service), await givenEvent(service)];
    const productId = await givenProduct(service, one);
    expect((await service.admin.get(`/v1/events/${one}/products/${productId}`)).status).toBe(200);
    expect((await service.admin.get(`/v1/events/${other}/products/${productId}`)).status).toBe(404);
  });
});
