/**
 * What Turnout promises about orders, as simply as can be: the part of the model that knows what was bought and used.
 */
import { asPrevious, type Foretold, type ForetoldLineItem, type Sighting } from './foretold.ts';

export type OrderStatus = 'pending' | 'paid' | 'partially_refunded' | 'refunded' | 'cancelled';

export interface ModelLineItem {
  lineItemId: string;
  productId: string;
  quantity: number;
  redeemed: number;
}

export interface ModelOrder {
  status: OrderStatus;
  lineItems: ModelLineItem[];
}

/** What somebody bought, and the doors they went through. */
export interface Buyer {
  order: ModelOrder | null;
  doorChecks: (Sighting & { productId: string })[];
}

export interface WantedOrder {
  status: OrderStatus;
  lineItems: { productId: string; quantity: number }[];
}

/** Nobody who has no order owes anything. */
export function owes({ order }: Buyer): boolean {
  return order !== null && order.status !== 'paid' && order.status !== 'partially_refunded';
}

/** @param idOf the line item that was made for a product that the order did not have */
export function putOrder(
  buyer: Buyer,
  { status, lineItems }: WantedOrder,
  idOf: (productId: string) => string,
): Foretold {
  const before = buyer.order?.lineItems ?? [];
  const wanted = (productId: string) => lineItems.find((item) => item.productId === productId)?.quantity ?? 0;
  if (before.some(({ productId, redeemed }) => wanted(productId) < redeemed)) {
    return { status: 409, code: 'already_redeemed' };
  }
  if (lineItems.some(({ quantity }) => quantity === 0)) return { status: 422, code: 'validation_failed' };
  buyer.order = {
    status,
    lineItems: lineItems.map(({ productId, quantity }) => {
      const kept = before.find((item) => item.productId === productId);
      return {
        lineItemId: kept?.lineItemId ?? idOf(productId),
        productId,
        quantity,
        redeemed: kept?.redeemed ?? 0,
      };
    }),
  };
  return { status: 200, order: { status, lineItems: lineItemsSeen(buyer) } };
}

export function redeem(buyer: Buyer, lineItemId: string): Foretold {
  const lineItem = buyer.order?.lineItems.find((item) => item.lineItemId === lineItemId);
  if (!lineItem) return { status: 404, code: 'unknown_line_item' };
  if (owes(buyer)) return { status: 409, code: 'order_unpaid' };
  const { quantity, redeemed } = lineItem;
  if (redeemed >= quantity) return { status: 409, code: 'fully_redeemed', redeemed, quantity };
  lineItem.redeemed += 1;
  return { status: 201, outcome: 'redeemed', lineItem: seen(lineItem) };
}

/** @param products those of the event */
export function checkDoor(
  buyer: Buyer,
  { productId, ...sighting }: Sighting & { productId: string },
  products: readonly string[],
): Foretold {
  if (!products.includes(productId)) return { status: 404, code: 'unknown_product' };
  const holds = buyer.order?.lineItems.some((item) => item.productId === productId) ?? false;
  if (!holds) return { status: 409, code: 'not_entitled' };
  if (owes(buyer)) return { status: 409, code: 'order_unpaid' };
  const earlier = buyer.doorChecks.findLast((check) => check.productId === productId);
  buyer.doorChecks.push({ productId, ...sighting });
  return {
    status: 201,
    outcome: earlier ? 're_entry' : 'first',
    productId,
    previous: earlier ? asPrevious(earlier, sighting) : null,
  };
}

/** In the order of their ids, as every look at them here. */
export function lineItemsSeen({ order }: Buyer): ForetoldLineItem[] {
  return sortedById((order?.lineItems ?? []).map(seen));
}

export function sortedById<Item extends { lineItemId: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((one, other) => (one.lineItemId < other.lineItemId ? -1 : 1));
}

function seen(lineItem: ModelLineItem): ForetoldLineItem {
  return { ...lineItem, remaining: lineItem.quantity - lineItem.redeemed };
}
