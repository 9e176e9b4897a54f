import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideOrder, type WantedOrder } from '../src/decide-order.ts';
import type { Order, OrderStatus, Product } from '../src/order.ts';
import { aLineItem, anOrder, lunch, tutorial } from './builders.ts';

const dinner: Product = { id: 'dinner', name: 'Dinner', kind: 'addon' };
const products = new Map([lunch, tutorial, dinner].map((product) => [product.id, product]));

function ids() {
  let made = 0;
  return () => {
    made += 1;
    return `new-${made}`;
  };
}

const decide = (order: Order | null, lineItems: WantedOrder['lineItems'], status: OrderStatus = 'paid') =>
  decideOrder(order, { status, lineItems }, products, ids());
const wanted = (product: { id: string }, quantity: number) => ({ productId: product.id, quantity });

describe('an order', () => {
  it('is made with a line item for each product', () => {
    expect(decide(null, [wanted(tutorial, 1), wanted(lunch, 3)], 'pending')).toEqual({
      outcome: 'changed',
      order: {
        status: 'pending',
        lineItems: [
          { id: 'new-1', productId: 'tutorial', name: 'Tutorial', kind: 'addon', quantity: 1, redeemed: 0 },
          { id: 'new-2', productId: 'lunch', name: 'Lunch', kind: 'addon', quantity: 3, redeemed: 0 },
        ],
      },
    });
  });

  it('may be made of nothing', () => {
    expect(decide(null, [])).toEqual({ outcome: 'changed', order: { status: 'paid', lineItems: [] } });
  });

  it('is replaced: what stays keeps its id and what was used, what is left out goes, what is new comes', () => {
    const before = anOrder({ lineItems: [aLineItem(tutorial), aLineItem(lunch, { redeemed: 1 })] });
    expect(decide(before, [wanted(dinner, 1), wanted(lunch, 1)], 'partially_refunded')).toEqual({
      outcome: 'changed',
      order: {
        status: 'partially_refunded',
        lineItems: [
          aLineItem(lunch, { quantity: 1, redeemed: 1 }),
          aLineItem(dinner, { id: 'new-1', quantity: 1 }),
        ],
      },
    });
  });

  it('stays as it is when it is wanted as it is, in whatever order', () => {
    const before = anOrder({ lineItems: [aLineItem(tutorial), aLineItem(lunch)] });
    const same = [wanted(lunch, 2), wanted(tutorial, 2)];
    expect(decide(before, same)).toEqual({ outcome: 'unchanged', order: before });
  });

  it.each([
    ['another status', [wanted(lunch, 2)], 'refunded'],
    ['another quantity', [wanted(lunch, 3)], 'paid'],
    ['one more product', [wanted(lunch, 2), wanted(dinner, 1)], 'paid'],
    ['another product instead', [wanted(dinner, 2)], 'paid'],
    ['nothing', [], 'paid'],
  ] as const)('changes when it is wanted with %s', (_what, lineItems, status) => {
    expect(decide(anOrder(), lineItems, status).outcome).toBe('changed');
  });
});

describe('an order is refused', () => {
  const used = anOrder({ lineItems: [aLineItem(lunch, { redeemed: 2 }), aLineItem(tutorial)] });
  const invalid = (index: number, fault: string) => ({
    outcome: 'refused',
    refusal: { code: 'invalid_line_items', faults: [{ index, fault }] },
  });

  it('when it names a product twice: the second time is the fault', () => {
    expect(decide(null, [wanted(lunch, 1), wanted(tutorial, 1), wanted(lunch, 2)])).toEqual(
      invalid(2, 'named_twice'),
    );
  });

  it("when it names a product that is not the event's, however often", () => {
    const other = { id: 'other' };
    expect(decide(null, [wanted(lunch, 1), wanted(other, 1), wanted(other, 1)])).toEqual({
      outcome: 'refused',
      refusal: {
        code: 'invalid_line_items',
        faults: [
          { index: 1, fault: 'unknown_product' },
          { index: 2, fault: 'unknown_product' },
        ],
      },
    });
  });

  it('when it holds none of something, and none of it was used', () => {
    expect(decide(null, [wanted(lunch, 1), wanted(tutorial, 0)])).toEqual(invalid(1, 'nothing_bought'));
    expect(decide(used, [wanted(lunch, 2), wanted(tutorial, 0)])).toEqual(invalid(1, 'nothing_bought'));
  });

  it.each([
    ['fewer', [wanted(lunch, 1), wanted(tutorial, 2)]],
    ['none', [wanted(lunch, 0), wanted(tutorial, 2)]],
    ['not named at all', [wanted(tutorial, 2)]],
    ['none, beside none of what was never used', [wanted(tutorial, 0), wanted(lunch, 0)]],
  ])('when of something that was used there would be %s', (_what, lineItems) => {
    expect(decide(used, lineItems)).toEqual({
      outcome: 'refused',
      refusal: { code: 'already_redeemed', lineItem: aLineItem(lunch, { redeemed: 2 }) },
    });
  });
});

it('whatever is wanted one after another, what was used is never lost and ids stay with their products', () => {
  const lineItem = fc.record({
    productId: fc.constantFrom('lunch', 'tutorial', 'dinner', 'other'),
    quantity: fc.integer({ min: 0, max: 4 }),
  });
  const steps = fc.array(
    fc.oneof(
      fc.record({
        status: fc.constantFrom<OrderStatus>('paid', 'refunded'),
        lineItems: fc.array(lineItem, { maxLength: 4 }),
      }),
      fc.constantFrom('lunch', 'tutorial', 'dinner'),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(steps, (taken) => {
      const newId = ids();
      const used = new Map<string, number>();
      let order: Order | null = null;
      for (const step of taken) {
        const before: Order | null = order;
        if (typeof step === 'string') {
          order = before && useOne(before, step, used);
          continue;
        }
        const decision = decideOrder(before, step, products, newId);
        if (decision.outcome === 'refused') continue;
        ({ order } = decision);
        for (const item of order.lineItems) {
          expect(item.quantity).toBeGreaterThanOrEqual(Math.max(1, item.redeemed));
          const kept = before?.lineItems.find(({ productId }) => productId === item.productId);
          if (kept) expect(item).toMatchObject({ id: kept.id, redeemed: kept.redeemed });
        }
        const again = decideOrder(order, step, products, newId);
        expect(again).toEqual({ outcome: 'unchanged', order });
      }
      for (const [productId, redeemed] of used) {
        expect(order?.lineItems.find((item) => item.productId === productId)).toMatchObject({ redeemed });
      }
    }),
  );
});

function useOne(order: Order, productId: string, used: Map<string, number>): Order {
  return {
    ...order,
    lineItems: order.lineItems.map((item) => {
      if (item.productId !== productId || item.redeemed === item.quantity) return item;
      used.set(productId, item.redeemed + 1);
      return { ...item, redeemed: item.redeemed + 1 };
    }),
  };
}
