import fc from 'fast-check';
import { expect } from 'vitest';
import type { Answer } from '../../front-desk.ts';
import type { Foretold, ForetoldLineItem } from '../foretold.ts';
import { type OrderStatus, sortedById } from '../model-orders.ts';
import { pick, type Step } from '../step.ts';
import { lineItemTold } from './send-scan.ts';

interface OrderPlan {
  person: number;
  status: OrderStatus;
  /** Of each product of the event; null leaves it out. */
  quantities: (number | null)[];
}

const anyQuantity = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(1, 1, 2, 3) },
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** Somebody buys, pays, changes their mind or gets the money back; also less than they have used already. */
export const anyOrder: fc.Arbitrary<Step> = fc
  .record({
    person: fc.nat(9),
    status: fc.constantFrom<OrderStatus[]>(
      ...(['paid', 'paid', 'paid', 'partially_refunded', 'pending', 'refunded', 'cancelled'] as const),
    ),
    quantities: fc.tuple(anyQuantity, anyQuantity),
  })
  .map(putOrderOf);

export function putOrderOf(plan: OrderPlan): Step {
  return {
    title: `putOrder(${JSON.stringify(plan)})`,
    isPossible: ({ people }) => people.length > 0,
    async act(story) {
      const { id: personId } = pick(story.known.people, plan.person);
      const lineItems = story.productIds.flatMap((productId, index) => {
        const quantity = plan.quantities[index] ?? null;
        return quantity === null ? [] : [{ productId, quantity }];
      });
      const wanted = { status: plan.status, lineItems };
      const { status, body } = await story.admin('PUT', `/enrollments/${personId}/order`, wanted);
      const made: ForetoldLineItem[] = status === 200 ? body.lineItems.map(lineItemTold) : [];
      for (const { lineItemId, productId } of made) {
        if (story.known.lineItems.some((known) => known.lineItemId === lineItemId)) continue;
        story.known.lineItems.push({ lineItemId, productId, personId });
      }
      return (model) => {
        const idOf = (product: string) =>
          made.find(({ productId }) => productId === product)?.lineItemId ?? 'none was made';
        expect(toldOf({ status, body }, made)).toEqual(model.putOrder(personId, wanted, idOf));
      };
    },
  };
}

function toldOf({ status, body }: Pick<Answer, 'status' | 'body'>, made: ForetoldLineItem[]): Foretold {
  if (status !== 200) return { status, code: body.code };
  return { status, order: { status: body.status, lineItems: sortedById(made) } };
}
