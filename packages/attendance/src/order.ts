export type OrderStatus = 'pending' | 'paid' | 'partially_refunded' | 'refunded' | 'cancelled';
export type ProductKind = 'ticket' | 'addon';

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
