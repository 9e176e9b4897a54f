import { expect, it } from 'vitest';
import { isPaid, remaining } from '../src/order.ts';
import { anOrder } from './builders.ts';

it.each([
  ['paid', true],
  ['partially_refunded', true],
  ['pending', false],
  ['refunded', false],
  ['cancelled', false],
] as const)('an order that is %s lets its holder in: %s', (status, paid) => {
  expect(isPaid(anOrder({ status }))).toBe(paid);
});

it('who has no order owes nothing', () => {
  expect(isPaid(null)).toBe(true);
});

it('what is left is what was bought and not used', () => {
  expect(remaining({ quantity: 3, redeemed: 1 })).toBe(2);
});
