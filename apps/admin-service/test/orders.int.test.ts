import { orderBody } from '@turnout/contracts/http/orders';
import { newId } from '@turnout/runtime/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody } from './examples.ts';
import { givenClosure, givenEnrollment, givenEvent, givenProduct } from './given.ts';

let service: AdminUnderTest;
let eventId: string;
let lunch: string;
let tutorial: string;
beforeAll(async () => {
  service = await startAdminUnderTest();
  eventId = await givenEvent(service);
  lunch = await givenProduct(service, eventId);
  tutorial = await givenProduct(service, eventId, { name: 'Tutorial A', kind: 'ticket' });
});
afterAll(() => service[Symbol.asyncDispose]());

type Wanted = { productId: string; quantity: number }[];

async function given(event = eventId) {
  const enrollmentId = await givenEnrollment(service, event);
  const path = `/v1/events/${event}/enrollments/${enrollmentId}`;
  return {
    enrollmentId,
    path,
    put: (lineItems: Wanted, status = 'paid') => service.admin.put(`${path}/order`, { status, lineItems }),
    order: async () => (await service.admin.get(`${path}/order`)).body,
  };
}

/** Units that desks have handed out. */
async function use(enrollmentId: string, productId: string, count: number) {
  await service.owner.query(
    `insert into attendance.redemptions (event_id, redemption_id, enrollment_id, line_item_id, scan_id, device_id, recorded_at)
     select event_id, gen_random_uuid(), enrollment_id, line_item_id, gen_random_uuid(), gen_random_uuid(), now()
     from attendance.line_items, generate_series(1, $3::int)
     where enrollment_id = $1 and product_id = $2`,
    [enrollmentId, productId, count],
  );
}

describe('putting an order', () => {
  it('makes it, and answers what it says as it is read later', async () => {
    const ada = await given();
    const { status, body } = await ada.put(
      [
        { productId: tutorial, quantity: 1 },
        { productId: lunch.toUpperCase(), quantity: 3 },
      ],
      'pending',
    );
    expect(status).toBe(200);
    expect(orderBody.parse(body)).toEqual({
      status: 'pending',
      lineItems: [
        {
          lineItemId: expect.any(String),
          productId: tutorial,
          name: 'Tutorial A',
          kind: 'ticket',
          quantity: 1,
          redeemed: 0,
          remaining: 1,
        },
        {
          lineItemId: expect.any(String),
          productId: lunch,
          name: 'Lunch',
          kind: 'addon',
          quantity: 3,
          redeemed: 0,
          remaining: 3,
        },
      ],
      createdAt: expect.any(String),
      changedAt: body.createdAt,
    });
    expect(await ada.order()).toEqual(body);
  });

  it('replaces all of it; what stays keeps its id and what was used', async () => {
    const ada = await given();
    const dinner = await givenProduct(service, eventId, { name: 'Dinner' });
    const first = await ada.put([
      { productId: tutorial, quantity: 1 },
      { productId: lunch, quantity: 3 },
    ]);
    await use(ada.enrollmentId, lunch, 2);
    const { body } = await ada.put(
      [
        { productId: dinner, quantity: 1 },
        { productId: lunch, quantity: 2 },
      ],
      'partially_refunded',
    );
    expect(body).toMatchObject({ status: 'partially_refunded', createdAt: first.body.createdAt });
    expect(body.lineItems).toMatchObject([
      { lineItemId: first.body.lineItems[1].lineItemId, productId: lunch, quantity: 2, redeemed: 2 },
      { productId: dinner, quantity: 1, redeemed: 0, remaining: 1 },
    ]);
    expect(body.lineItems).toHaveLength(2);
    expect(body.changedAt > first.body.changedAt).toBe(true);
    expect(await ada.order()).toEqual(body);
  });

  it('may leave nothing in it, and is not the same as having none', async () => {
    const ada = await given();
    expect((await service.admin.get(`${ada.path}/order`)).body).toMatchObject({ status: 404 });
    await ada.put([{ productId: lunch, quantity: 1 }]);
    expect((await ada.put([], 'cancelled')).body).toMatchObject({ status: 'cancelled', lineItems: [] });
    expect(await ada.order()).toMatchObject({ status: 'cancelled', lineItems: [] });
  });

  it('as it is already changes nothing, not even when it was last changed', async () => {
    const ada = await given();
    const lineItems = [
      { productId: lunch, quantity: 2 },
      { productId: tutorial, quantity: 1 },
    ];
    const { body } = await ada.put(lineItems);
    const again = await ada.put(lineItems.toReversed());
    expect(again.status).toBe(200);
    expect(again.body).toEqual(body);
    const changed = await ada.put(lineItems, 'refunded');
    expect(changed.body.changedAt > body.changedAt).toBe(true);
  });

  it('moves no status and announces nothing', async () => {
    const ada = await given();
    await ada.put([{ productId: lunch, quantity: 1 }]);
    const [{ moves, messages } = {}] = await service.owner.query(
      `select (select count(*) from attendance.transitions where enrollment_id = $1) as moves,
         (select count(*) from outbox.messages where partition_key = $2) as messages`,
      [ada.enrollmentId, eventId],
    );
    expect({ moves, messages }).toEqual({ moves: 1, messages: 0 });
  });

  it('is fine when the ticket or the event is cancelled, or the event is closed: refunds come later', async () => {
    const event = await givenEvent(service);
    const productId = await givenProduct(service, event);
    const lineItems = [{ productId, quantity: 1 }];
    const [gone, judged] = [await given(event), await given(event)];
    await service.admin.post(`${gone.path}/cancellation`, { reason: 'fell ill' });
    expect((await gone.put(lineItems, 'refunded')).status).toBe(200);
    await givenClosure(service, event, [judged.enrollmentId]);
    expect((await judged.put(lineItems, 'refunded')).status).toBe(200);
    const cancelled = await givenEvent(service);
    const hopeful = await given(cancelled);
    await service.admin.post(`/v1/events/${cancelled}/cancellation`, { reason: 'storm' });
    expect((await hopeful.put([], 'refunded')).status).toBe(200);
  });

  it('by many at once leaves one order that one of them wanted', async () => {
    const ada = await given();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => ada.put([{ productId: lunch, quantity: index + 1 }])),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
    const ids = answers.map(({ body }) => body.lineItems[0].lineItemId);
    expect(new Set(ids).size).toBe(1);
    expect(answers.map(({ body }) => body)).toContainEqual(await ada.order());
  });
});

describe('putting an order is refused', () => {
  it.each([
    ['fewer', (quantity: number) => [{ productId: lunch, quantity: quantity - 1 }]],
    ['none', () => [{ productId: lunch, quantity: 0 }]],
    ['no mention', () => []],
    ['no mention beside something else', () => [{ productId: tutorial, quantity: 1 }]],
  ])('when of what was used there would be %s, and everything stays', async (_what, wanted) => {
    const ada = await given();
    const { body: before } = await ada.put([{ productId: lunch, quantity: 3 }]);
    await use(ada.enrollmentId, lunch, 2);
    const { status, body } = await ada.put(wanted(2), 'refunded');
    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'already_redeemed',
      productId: lunch,
      redeemed: 2,
      detail: '2 of Lunch were already redeemed. Send a quantity of at least 2 for it.',
    });
    expect(await ada.order()).toMatchObject({ status: 'paid', changedAt: before.changedAt });
    expect((await ada.order()).lineItems).toMatchObject([{ quantity: 3, redeemed: 2, remaining: 1 }]);
  });

  it('when it holds none of something', async () => {
    const ada = await given();
    const { status, body } = await ada.put([
      { productId: lunch, quantity: 1 },
      { productId: tutorial, quantity: 0 },
    ]);
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { path: 'lineItems[1].quantity', message: 'must be at least 1; leave the product out instead' },
    ]);
  });

  it("when it names a product twice, another event's or nobody's", async () => {
    const ada = await given();
    const elsewhere = await givenProduct(service, await givenEvent(service));
    const { status, body } = await ada.put(
      [lunch, elsewhere, lunch, nobody].map((productId) => ({ productId, quantity: 1 })),
    );
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { path: 'lineItems[1].productId', message: 'must be a product of this event' },
      {
        path: 'lineItems[2].productId',
        message: 'must appear only once; send one line item with the total quantity',
      },
      { path: 'lineItems[3].productId', message: 'must be a product of this event' },
    ]);
    expect((await service.admin.get(`${ada.path}/order`)).status).toBe(404);
  });

  it.each([
    ['{"lineItems":[]}', 'status'],
    ['{"status":"free","lineItems":[]}', 'status'],
    ['{"status":"paid"}', 'lineItems'],
    ['{"status":"paid","lineItems":{}}', 'lineItems'],
    ['{"status":"paid","lineItems":[{"productId":"ID"}]}', 'lineItems[0].quantity'],
    ['{"status":"paid","lineItems":[{"productId":"x","quantity":1}]}', 'lineItems[0].productId'],
    ['{"status":"paid","lineItems":[{"productId":"ID","quantity":1.5}]}', 'lineItems[0].quantity'],
    ['{"status":"paid","lineItems":[{"productId":"ID","quantity":-1}]}', 'lineItems[0].quantity'],
    ['{"status":"paid","lineItems":[{"productId":"ID","quantity":"1"}]}', 'lineItems[0].quantity'],
    ['{"status":"paid","lineItems":[{"productId":"ID","quantity":1000001}]}', 'lineItems[0].quantity'],
    [
      '{"status":"paid","lineItems":[{"productId":"ID","quantity":9007199254740993}]}',
      'lineItems[0].quantity',
    ],
    ['{"status":"paid","lineItems":[{"productId":"ID","quantity":1,"price":2}]}', 'lineItems[0].price'],
    ['{"status":"paid","lineItems":[],"total":2}', 'total'],
  ])('when it is %s', async (body, path) => {
    const ada = await given();
    const answer = await service.admin.send('PUT', `${ada.path}/order`, body.replace('ID', lunch));
    expect(answer.body).toMatchObject({ status: 422, errors: [{ path }] });
  });

  it('when it has more than a hundred line items; a hundred of a million each are fine', async () => {
    const event = await givenEvent(service);
    const ids = Array.from({ length: 101 }, () => newId());
    await service.owner.query(
      `insert into attendance.products (event_id, product_id, name, kind)
       select $1, id, 'Meal', 'addon' from unnest($2::uuid[]) as id`,
      [event, ids],
    );
    const ada = await given(event);
    const lineItems = ids.map((productId) => ({ productId, quantity: 1_000_000 }));
    const tooMany = await ada.put(lineItems);
    expect(tooMany.body).toMatchObject({ status: 422, errors: [{ path: 'lineItems' }] });
    const { body } = await ada.put(lineItems.slice(1));
    expect(body.lineItems.map(({ productId }: { productId: string }) => productId)).toEqual(ids.slice(1));
    expect(await ada.order()).toEqual(body);
  });

  it('for an enrollment that is not there, also when its products are not', async () => {
    for (const productId of [lunch, nobody]) {
      const path = `/v1/events/${eventId}/enrollments/${nobody}/order`;
      const order = { status: 'paid', lineItems: [{ productId, quantity: 1 }] };
      expect((await service.admin.put(path, order)).body).toMatchObject({ status: 404, code: 'not_found' });
      expect((await service.admin.get(path)).status).toBe(404);
    }
  });
});
