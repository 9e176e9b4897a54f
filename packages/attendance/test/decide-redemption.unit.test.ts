import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRedemption } from '../src/decide-redemption.ts';
import type { Status } from '../src/enrollment.ts';
import type { Order, OrderStatus } from '../src/order.ts';
import { aLineItem, anOrder, at, lunch, tutorial } from './builders.ts';

const running = { cancelledAt: null };
const cancelled = { cancelledAt: at('2026-04-01T00:00:00Z') };
const holder = (order: Order | null, status: Status = 'checked_in') => ({
  status,
  cancelledAt: null,
  order,
});
const ofLunch = { lineItemId: 'item-lunch' };

describe('a redemption', () => {
  it('uses up one unit, and leaves the rest of the order as it is', () => {
    const order = anOrder({ lineItems: [aLineItem(tutorial), aLineItem(lunch, { redeemed: 1 })] });
    expect(decideRedemption(running, holder(order), ofLunch)).toEqual({
      outcome: 'redeemed',
      lineItem: aLineItem(lunch, { redeemed: 2 }),
      order: { ...order, lineItems: [aLineItem(tutorial), aLineItem(lunch, { redeemed: 2 })] },
    });
    expect(order.lineItems[1]?.redeemed).toBe(1);
  });

  it.each(['confirmed', 'checked_in', 'attended', 'no_show'] as const)(
    'asks nothing else of a person who is %s',
    (status) => {
      expect(decideRedemption(running, holder(anOrder(), status), ofLunch).outcome).toBe('redeemed');
    },
  );

  it('keeps what else is known of an order', () => {
    const order = { ...anOrder(), createdAt: at('2026-01-01T00:00:00Z') };
    expect(
      decideRedemption(running, { status: 'confirmed', cancelledAt: null, order }, ofLunch),
    ).toMatchObject({
      order: { createdAt: order.createdAt },
    });
  });
});

describe('a redemption is refused', () => {
  const spent = aLineItem(lunch, { redeemed: 2 });

  it('when the order has no such line item, or there is no order', () => {
    for (const order of [null, anOrder(), anOrder({ lineItems: [] })]) {
      const decision = decideRedemption(running, holder(order), { lineItemId: 'item-tutorial' });
      expect(decision).toEqual({ outcome: 'refused', refusal: { code: 'unknown_line_item' } });
    }
  });

  it('when everything was used, and says how much that was', () => {
    const decision = decideRedemption(running, holder(anOrder({ lineItems: [spent] })), ofLunch);
    expect(decision).toEqual({ outcome: 'refused', refusal: { code: 'fully_redeemed', lineItem: spent } });
  });

  // Each person has all reasons from their own on, so the first one that applies is the one that shows.
  it.each([
    ['event_cancelled', cancelled, holder(null, 'cancelled')],
    ['enrollment_cancelled', running, holder(null, 'cancelled')],
    ['unknown_line_item', running, holder(anOrder({ status: 'pending', lineItems: [] }))],
    ['order_unpaid', running, holder(anOrder({ status: 'pending', lineItems: [spent] }))],
    ['fully_redeemed', running, holder(anOrder({ lineItems: [spent] }))],
  ])('for the first reason that applies: %s', (code, event, person) => {
    expect(decideRedemption(event, person, ofLunch)).toMatchObject({ outcome: 'refused', refusal: { code } });
  });

  it.each(['pending', 'refunded', 'cancelled'] satisfies OrderStatus[])('when the order is %s', (status) => {
    expect(decideRedemption(running, holder(anOrder({ status })), ofLunch)).toEqual({
      outcome: 'refused',
      refusal: { code: 'order_unpaid' },
    });
  });
});

it('however often it is tried, exactly as many are handed out as were bought', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 40 }), (quantity, tries) => {
      let order = anOrder({ lineItems: [aLineItem(lunch, { quantity }), aLineItem(tutorial)] });
      let accepted = 0;
      for (let made = 0; made < tries; made += 1) {
        const decision = decideRedemption(running, holder(order), ofLunch);
        if (decision.outcome === 'refused') continue;
        ({ order } = decision);
        accepted += 1;
      }
      expect(accepted).toBe(Math.min(quantity, tries));
      expect(order.lineItems.map(({ redeemed }) => redeemed)).toEqual([accepted, 0]);
    }),
  );
});
