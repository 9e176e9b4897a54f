import type { Enrollment } from './enrollment.ts';

export type OrderStatus = 'pending' | 'paid' | 'partially_refunded' | 'refunded' | 'cancelled';
export type ProductKind = 'ticket' | 'addon';

/** Something that is sold for an event: the ticket itself, or an add-on such as a tutorial or a meal. */
export interface Product {
  id: string;
  name: string;
  kind: ProductKind;
}

/** So many of one product, and how many of them were used. */
export interface LineItem {
  id: string;
  productId: string;
  name: string;
  kind: ProductKind;
  quantity: number;
  redeemed: number;
}

/** What an enrollment has bought. */
export interface Order {
  status: OrderStatus;
  lineItems: readonly LineItem[];
}

/** The part of an enrollment that redemptions and door checks look at. */
export interface OrderHolder<O extends Order = Order> extends Pick<Enrollment, 'status' | 'cancelledAt'> {
  order: O | null;
}

/** Does the order let its holder in? `paid` and `partially_refunded` do; so does having no order at all. */
export function isPaid(order: Order | null): boolean {
  switch (order?.status) {
    case undefined:
    case 'paid':
    case 'partially_refunded':
      return true;
    case 'pending':
    case 'refunded':
    case 'cancelled':
      return false;
  }
}

/** How many units of a line item are left. */
export function remaining({ quantity, redeemed }: Pick<LineItem, 'quantity' | 'redeemed'>): number {
  return quantity - redeemed;
}
