import type { EventPolicy } from './event.ts';
import { isPaid, type OrderHolder, type Product } from './order.ts';
import { type Refused, refused } from './refused.ts';

/**
 * Admits a holder to the room or sub-event of a product, or says why not; the first reason that applies is the answer.
 * Whoever was let in may leave and come back. Nothing is used up, and a door check is no check-in: it neither asks for
 * one nor counts as one.
 */
export function decideDoorCheck(
  event: Pick<EventPolicy, 'cancelledAt'>,
  { status, cancelledAt, order }: OrderHolder,
  { product, previous }: Door,
): DoorCheckDecision {
  if (event.cancelledAt) return refused({ code: 'event_cancelled', cancelledAt: event.cancelledAt });
  if (status === 'cancelled') return refused({ code: 'enrollment_cancelled', cancelledAt });
  if (!product) return refused({ code: 'unknown_product' });
  if (!order?.lineItems.some(({ productId }) => productId === product.id)) {
    return refused({ code: 'not_entitled', product });
  }
  if (!isPaid(order)) return refused({ code: 'order_unpaid' });
  return previous
    ? { outcome: 're_entry', product, previous }
    : { outcome: 'first', product, previous: null };
}

/** A scan at the door of a product, with what was looked up for it. */
export interface Door {
  /** The product that the scan names; null where the event has no such product. */
  product: Product | null;
  /** The holder's latest door check for this product. */
  previous: DoorCheck | null;
}

/** One admission by a product. */
export interface DoorCheck {
  id: string;
  productId: string;
  /** When the server took it, which is also when it was made: door checks are not uploaded later. */
  recordedAt: Date;
  station: string | null;
  /** The device that recorded it. */
  deviceId: string;
}

export type DoorCheckDecision =
  | { outcome: 'first'; product: Product; previous: null }
  | { outcome: 're_entry'; product: Product; previous: DoorCheck }
  | Refused<DoorCheckRefusal>;

export type DoorCheckRefusal =
  | { code: 'event_cancelled'; cancelledAt: Date }
  | { code: 'enrollment_cancelled'; cancelledAt: Date | null }
  | { code: 'unknown_product' }
  /** There is no order, or it does not hold the product. */
  | { code: 'not_entitled'; product: Product }
  | { code: 'order_unpaid' };
