import type { LineItem, OrderStatus, ProductKind } from '@turnout/attendance/order';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { StoredOrder } from '../stored.ts';
import { type NamedEnrollments, namedEnrollments } from './named-enrollments.ts';

/** The rows of the orders of {@link namedEnrollments}; most have none. */
export const ordersOfNamed = `
  select o.enrollment_id, o.status, o.created_at, o.changed_at, i.line_item_id, i.product_id, p.name, p.kind, i.quantity,
    (select count(*) from attendance.redemptions r
     where r.event_id = i.event_id and r.line_item_id = i.line_item_id) as redeemed
  from ${namedEnrollments}
  cross join lateral (
    select * from attendance.orders where event_id = $1 and enrollment_id = named.enrollment_id offset 0
  ) o
  left join attendance.line_items i on i.event_id = o.event_id and i.enrollment_id = o.enrollment_id
  left join attendance.products p on p.event_id = i.event_id and p.product_id = i.product_id
  order by i.line_item_id`;

const loadOrdersOf: Statement = { name: 'load_orders', text: ordersOfNamed };

/** One line item with its order; an order without any has one row. */
export type OrderRow = {
  enrollment_id: string;
  status: OrderStatus;
  created_at: Date | string;
  changed_at: Date | string;
} & (LineItemRow | { line_item_id: null });

interface LineItemRow {
  line_item_id: string;
  product_id: string;
  name: string;
  kind: ProductKind;
  quantity: number;
  redeemed: number;
}

/** The orders of these enrollments of one event with all their line items, oldest first, by enrollment id. Most have none. */
export async function loadOrders(
  db: Queryable,
  eventId: string,
  { enrollmentIds, accessCodes }: NamedEnrollments,
): Promise<Map<string, StoredOrder>> {
  return toOrders(await db.query<OrderRow>(loadOrdersOf, [eventId, enrollmentIds, accessCodes]));
}

/** Orders by enrollment id. */
export function toOrders(rows: readonly OrderRow[]): Map<string, StoredOrder> {
  const found = new Map<string, StoredOrder & { lineItems: LineItem[] }>();
  for (const row of rows) {
    const order = found.get(row.enrollment_id) ?? {
      status: row.status,
      lineItems: [],
      createdAt: new Date(row.created_at),
      changedAt: new Date(row.changed_at),
    };
    if (row.line_item_id !== null) order.lineItems.push(toLineItem(row));
    found.set(row.enrollment_id, order);
  }
  return found;
}

function toLineItem(row: LineItemRow): LineItem {
  return {
    id: row.line_item_id,
    productId: row.product_id,
    name: row.name,
    kind: row.kind,
    quantity: row.quantity,
    redeemed: row.redeemed,
  };
}
