import type { LineItem, Order, OrderStatus, Product } from './order.ts';
import { type Refused, refused } from './refused.ts';

/**
 * Replaces the whole order of an enrollment by what an admin wants it to be, or says why not. Line items are known by
 * their product: one that stays keeps its id and what was redeemed of it, one that is left out is removed.
 *
 * Neither the event nor the enrollment is asked, since refunds come after both have ended. What was redeemed stays
 * redeemed: that is the one thing an order cannot go below.
 *
 * @param order as it is; null for none
 * @param products those of the event, by id; at least all that are wanted and exist
 * @param newId names the line items that are new, in the order wanted
 */
export function decideOrder(
  order: Order | null,
  wanted: WantedOrder,
  products: ReadonlyMap<string, Product>,
  newId: () => string,
): OrderDecision {
  const unclear = wanted.lineItems.flatMap(({ productId }, index): LineItemFault[] => {
    if (!products.has(productId)) return [{ index, fault: 'unknown_product' }];
    const first = wanted.lineItems.findIndex((item) => item.productId === productId);
    return first === index ? [] : [{ index, fault: 'named_twice' }];
  });
  if (unclear.length > 0) return refused({ code: 'invalid_line_items', faults: unclear });

  const quantities = new Map(wanted.lineItems.map(({ productId, quantity }) => [productId, quantity]));
  const before = order?.lineItems ?? [];
  const used = before.find(({ productId, redeemed }) => (quantities.get(productId) ?? 0) < redeemed);
  if (used) return refused({ code: 'already_redeemed', lineItem: used });

  const empty = wanted.lineItems.flatMap(({ quantity }, index): LineItemFault[] =>
    quantity < 1 ? [{ index, fault: 'nothing_bought' }] : [],
  );
  if (empty.length > 0) return refused({ code: 'invalid_line_items', faults: empty });

  const kept = before.flatMap((item): LineItem[] => {
    const quantity = quantities.get(item.productId);
    return quantity === undefined ? [] : [{ ...item, quantity }];
  });
  const added = wanted.lineItems.flatMap(({ productId, quantity }): LineItem[] => {
    const product = products.get(productId);
    if (!product || before.some((item) => item.productId === productId)) return [];
    return [{ id: newId(), productId, name: product.name, kind: product.kind, quantity, redeemed: 0 }];
  });
  const after: Order = { status: wanted.status, lineItems: [...kept, ...added] };
  return { outcome: order && isSame(order, after) ? 'unchanged' : 'changed', order: after };
}

function isSame(order: Order, other: Order): boolean {
  return (
    order.status === other.status &&
    order.lineItems.length === other.lineItems.length &&
    order.lineItems.every(({ id, quantity }) =>
      other.lineItems.some((item) => item.id === id && item.quantity === quantity),
    )
  );
}

/** An order as an admin says it. `quantity` is a whole number, 0 or more; whoever takes the request checks it. */
export interface WantedOrder {
  status: OrderStatus;
  lineItems: readonly { productId: string; quantity: number }[];
}

/** `order` is as it is afterwards: line items that stay in their order, then the new ones. */
export type OrderDecision = { outcome: 'changed' | 'unchanged'; order: Order } | Refused<OrderRefusal>;

export type OrderRefusal =
  | { code: 'invalid_line_items'; faults: LineItemFault[] }
  /** Fewer are wanted of `lineItem`, or none, than were redeemed of it. */
  | { code: 'already_redeemed'; lineItem: LineItem };

export interface LineItemFault {
  /** Where among the wanted line items, from 0. */
  index: number;
  fault: 'unknown_product' | 'named_twice' | 'nothing_bought';
}
