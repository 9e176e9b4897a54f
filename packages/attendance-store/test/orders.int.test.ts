import { decideOrder } from '@turnout/attendance/decide-order';
import { newId } from '@turnout/runtime/ids';
import { type Db, openDb } from '@turnout/runtime/postgres';
import {
  type GivenEnrollment,
  givenEnrollments,
  givenEvent,
  givenOrder,
  givenOrganization,
  givenProduct,
} from '@turnout/test-kit/given';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeEnrollments, each } from '../src/change-enrollments.ts';
import type { Batch } from '../src/loading/load-batch.ts';
import { loadProducts } from '../src/loading/load-products.ts';
import type { Selection } from '../src/selection.ts';

const context = { actor: { type: 'system', id: 'test' } as const, cause: 'test-run' };

describe('the orders of enrollments', () => {
  let database: TestDatabase;
  let db: Db;
  let organizationId: string;
  let eventId: string;
  let products: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    db = openDb({ url: database.url, max: 1, applicationName: 'one' });
    organizationId = (await givenOrganization(db)).id;
    eventId = await givenEvent(db, organizationId);
    products = [
      await givenProduct(db, eventId, { name: 'Lunch' }),
      await givenProduct(db, eventId, { name: 'Tutorial', kind: 'ticket' }),
      await givenProduct(db, eventId, { name: 'Dinner' }),
    ];
  });
  afterAll(async () => {
    await db?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  const enroll = async (count: number) => await givenEnrollments(db, organizationId, eventId, count);
  const items = (...quantities: number[]) =>
    quantities.flatMap((quantity, index) =>
      quantity > 0 ? [{ productId: products[index] ?? '', quantity }] : [],
    );
  const looked = async (selection: Selection) => {
    const orders = ({ enrollments }: Batch) => new Map(enrollments.map(({ id, order }) => [id, order]));
    return await changeEnrollments(
      db,
      selection,
      (batch) => ({ changes: [], result: orders(batch) }),
      context,
    );
  };
  const byIds = (people: readonly GivenEnrollment[]): Selection => ({
    by: 'enrollments',
    organizationId,
    eventId,
    enrollmentIds: people.map(({ id }) => id),
  });

  it('are loaded for every way to select people, each with its own line items and what was used', async () => {
    const people = await enroll(4);
    const [ada, bob, eve, nobody] = people;
    if (!ada || !bob || !eve || !nobody) throw new Error('nobody was enrolled');
    const [lunch, tutorial] = await givenOrder(db, { eventId, enrollmentId: ada.id }, items(2, 1));
    await givenOrder(db, { eventId, enrollmentId: bob.id, status: 'pending' }, items(0, 0, 1));
    await givenOrder(db, { eventId, enrollmentId: eve.id }, []);
    await db.query(
      `insert into attendance.redemptions (event_id, redemption_id, enrollment_id, line_item_id, scan_id, device_id, recorded_at)
       select $1, gen_random_uuid(), $2, $3, gen_random_uuid(), gen_random_uuid(), now() from generate_series(1, 2)`,
      [eventId, ada.id, lunch],
    );

    const tickets = people.map(({ accessCode }) => ({
      scanId: newId(),
      accessCode,
      enrollmentId: null,
      productId: null,
    }));
    const selections: Selection[] = [byIds(people), { by: 'tickets', organizationId, eventId, tickets }];
    for (const selection of selections) {
      const orders = await looked(selection);
      expect(orders.get(ada.id)).toEqual({
        status: 'paid',
        lineItems: [
          { id: lunch, productId: products[0], name: 'Lunch', kind: 'addon', quantity: 2, redeemed: 2 },
          {
            id: tutorial,
            productId: products[1],
            name: 'Tutorial',
            kind: 'ticket',
            quantity: 1,
            redeemed: 0,
          },
        ],
        createdAt: expect.any(Date),
        changedAt: expect.any(Date),
      });
      expect(orders.get(bob.id)).toMatchObject({ status: 'pending', lineItems: [{ name: 'Dinner' }] });
      expect(orders.get(eve.id)).toMatchObject({ status: 'paid', lineItems: [] });
      expect(orders.get(nobody.id)).toBeNull();
    }
  });

  it('of many people change together, and are read as they were decided', async () => {
    const people = await enroll(30);
    const known = await loadProducts(db, eventId, products);
    // Everybody wants something else, and something else again the second time.
    const wanted = new Map(
      people.map(({ id }, index) => [id, [index % 3, (index + 1) % 3, (index * 2) % 3]]),
    );
    const change = async () =>
      await changeEnrollments(
        db,
        byIds(people),
        each(({ id, order: before }, _event, now) => {
          const lineItems = items(...(wanted.get(id) ?? []));
          const decision = decideOrder(before, { status: 'paid', lineItems }, known, newId);
          if (decision.outcome === 'refused') throw new Error(decision.refusal.code);
          const order = { ...decision.order, createdAt: before?.createdAt ?? now, changedAt: now };
          return { facts: [{ kind: 'ordered', before, order, move: null }], result: [id, order] as const };
        }),
        context,
      );

    for (const turn of [0, 1, 2]) {
      const decided = new Map(await change());
      expect(await looked(byIds(people)), `turn ${turn}`).toEqual(decided);
      for (const [id, [first = 0, ...rest]] of wanted) wanted.set(id, [...rest, first]);
    }
    const [{ count } = {}] = await db.query(
      `select count(*) from attendance.transitions t join attendance.orders o using (event_id, enrollment_id)
       where t.enrollment_id = any($1)`,
      [people.map(({ id }) => id)],
    );
    expect(count).toBe(30);
  });
});
