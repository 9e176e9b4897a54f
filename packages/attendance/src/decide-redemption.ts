import type { EventPolicy } from './event.ts';
import { isPaid, type LineItem, type Order, type OrderHolder, remaining } from './order.ts';
import { type Refused, refused } from './refused.ts';

/**
 * Uses up one unit of a line item, or says why not; the first reason that applies is the answer. A meal is handed out
 * whether or not its holder was scanned at the entrance, and at any hour, so neither is asked.
 */
export function decideRedemption<O extends Order>(
  event: Pick<EventPolicy, 'cancelledAt'>,
  { status, cancelledAt, order }: OrderHolder<O>,
  { lineItemId }: { lineItemId: string },
): RedemptionDecision<O> {
  if (event.cancelledAt) return refused({ code: 'event_cancelled', cancelledAt: event.cancelledAt });
  if (status === 'cancelled') return refused({ code: 'enrollment_cancelled', cancelledAt });
  const lineItem = order?.lineItems.find(({ id }) => id === lineItemId);
  if (!order || !lineItem) return refused({ code: 'unknown_line_item' });
  if (!isPaid(order)) return refused({ code: 'order_unpaid' });
  if (remaining(lineItem) <= 0) return refused({ code: 'fully_redeemed', lineItem });

  const used: LineItem = { ...lineItem, redeemed: lineItem.redeemed + 1 };
  const lineItems = order.lineItems.map((item) => (item.id === lineItemId ? used : item));
  return { outcome: 'redeemed', lineItem: used, order: { ...order, lineItems } };
}

/** `lineItem` and `order` are as they are afterwards. */
export type RedemptionDecision<O extends Order = Order> =
  | { outcome: 'redeemed'; lineItem: LineItem; order: O }
  | Refused<RedemptionRefusal>;

export type RedemptionRefusal =
  | { code: 'event_cancelled'; cancelledAt: Date }
  | { code: 'enrollment_cancelled'; cancelledAt: Date | null }
  /** Not in this holder's order; another holder's is as unknown as one that does not exist. */
  | { code: 'unknown_line_item' }
  | { code: 'order_unpaid' }
  | { code: 'fully_redeemed'; lineItem: LineItem };
