import type { LineItem, OrderStatus, ProductKind } from '@turnout/attendance/order';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { StoredOrder } from '../stored.ts';

const loadOrdersOf: Statement = {
  name: 'load_orders',
  text: `
    select o.enrollment_id, o.status, o.created_at, o.changed_at, i.line_item_id, i.product_id, p.name, p.kind, i.quantity,
      (select count(*) from attendance.redemptions r
       where r.event_id = i.event_id and r.line_item_id = i.line_item_id) as redeemed
    from unnest($2::uuid[]) as named (enrollment_id)
    cross join lateral (
      select * from attendance.orders where event_id = $1 and enrollment_id = named.enrollment_id offset 0
    ) o
    left join lateral (
      select * from attendance.line_items where event_id = $1 and enrollment_id = o.enrollment_id offset 0
    ) i on true
    left join lateral (
      select * from attendance.products where event_id = $1 and product_id = i.product_id offset 0
    ) p on true
    order by i.line_item_id`,
};

/** One line item with its order; an order without any has one row. */
type OrderRow = {
  enrollment_id: string;
  status: OrderStatus;
  created_at: Date;
  changed_at: Date;
} & (LineItemRow | { line_item_id: null });

interface LineItemRow {
  line_item_id: string;
  product_id: string;
  name: string;
  kind: ProductKind;
  quantity: number;
  redeemed: number;
}

/**
 * The orders of these enrollments of one event with all their line items, oldest first, by enrollment id. Most have
 * none.
 */
export async function loadOrders(
  db: Queryable,
  eventId: string,
  enrollmentIds: readonly string[],
): Promise<Map<string, StoredOrder>> {
  const rows = await db.query<OrderRow>(loadOrdersOf, [eventId, enrollmentIds]);
  const found = new Map<string, StoredOrder & { lineItems: LineItem[] }>();
  for (const row of rows) {
    const order = found.get(row.enrollment_id) ?? {
      status: row.status,
      lineItems: [],
      createdAt: row.created_at,
      changedAt: row.changed_at,
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
