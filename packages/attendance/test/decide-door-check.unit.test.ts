import { describe, expect, it } from 'vitest';
import { type Door, type DoorCheck, decideDoorCheck } from '../src/decide-door-check.ts';
import type { Status } from '../src/enrollment.ts';
import type { Order } from '../src/order.ts';
import { aLineItem, anOrder, at, lunch, tutorial } from './builders.ts';

const running = { cancelledAt: null };
const cancelled = { cancelledAt: at('2026-04-01T00:00:00Z') };
const holder = (order: Order | null, status: Status = 'checked_in') => ({
  status,
  cancelledAt: null,
  order,
});
const door: Door = { product: tutorial, previous: null };
const withTutorial = anOrder({ lineItems: [aLineItem(lunch), aLineItem(tutorial)] });
const earlier: DoorCheck = {
  id: 'door-check-1',
  productId: tutorial.id,
  recordedAt: at('2026-05-01T10:00:00Z'),
  station: 'Room 1',
  deviceId: 'device-a',
};

describe('a door check', () => {
  it('lets in who ordered the product, for the first time', () => {
    expect(decideDoorCheck(running, holder(withTutorial), door)).toEqual({
      outcome: 'first',
      product: tutorial,
      previous: null,
    });
  });

  it('lets them in again, and says when and where they were before', () => {
    expect(decideDoorCheck(running, holder(withTutorial), { ...door, previous: earlier })).toEqual({
      outcome: 're_entry',
      product: tutorial,
      previous: earlier,
    });
  });

  it('uses nothing up and asks for nothing to be left', () => {
    const used = anOrder({ lineItems: [aLineItem(tutorial, { redeemed: 2 })] });
    expect(decideDoorCheck(running, holder(used), door).outcome).toBe('first');
  });

  it.each(['confirmed', 'checked_in', 'attended', 'no_show'] as const)(
    'asks nothing else of a person who is %s',
    (status) => {
      expect(decideDoorCheck(running, holder(withTutorial, status), door).outcome).toBe('first');
    },
  );
});

describe('a door check is refused', () => {
  it.each([
    ['who ordered nothing', null],
    ['whose order is empty', anOrder({ lineItems: [] })],
    ['who ordered something else', anOrder()],
    ['who ordered something else and did not pay', anOrder({ status: 'pending' })],
  ])('to a person %s', (_who, order) => {
    expect(decideDoorCheck(running, holder(order), door)).toEqual({
      outcome: 'refused',
      refusal: { code: 'not_entitled', product: tutorial },
    });
  });

  it.each(['pending', 'refunded', 'cancelled'] as const)('when the order is %s', (status) => {
    expect(decideDoorCheck(running, holder({ ...withTutorial, status }), door)).toEqual({
      outcome: 'refused',
      refusal: { code: 'order_unpaid' },
    });
  });

  const nowhere: Door = { product: null, previous: null };
  it.each([
    ['event_cancelled', cancelled, holder(null, 'cancelled'), nowhere],
    ['enrollment_cancelled', running, holder(null, 'cancelled'), nowhere],
    ['unknown_product', running, holder(null), nowhere],
    ['not_entitled', running, holder(anOrder({ status: 'pending' })), door],
    ['order_unpaid', running, holder({ ...withTutorial, status: 'pending' }), door],
  ])('for the first reason that applies: %s', (code, event, person, where) => {
    expect(decideDoorCheck(event, person, where)).toMatchObject({ outcome: 'refused', refusal: { code } });
  });
});
