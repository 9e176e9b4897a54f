import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { WriteSet } from './write-set.ts';

const putOrders: Statement = {
  name: 'put_orders',
  text: `
    insert into attendance.orders (event_id, enrollment_id, status, created_at, changed_at)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[])
    on conflict (event_id, enrollment_id) do update set status = excluded.status, changed_at = excluded.changed_at`,
};

const removeLineItems: Statement = {
  name: 'remove_line_items',
  text: `
    delete from attendance.line_items i
    using unnest($1::uuid[], $2::uuid[]) as u (event_id, line_item_id)
    where i.event_id = u.event_id and i.line_item_id = u.line_item_id`,
};

const putLineItems: Statement = {
  name: 'put_line_items',
  text: `
    insert into attendance.line_items (event_id, line_item_id, enrollment_id, product_id, quantity)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[])
    on conflict (event_id, line_item_id) do update set quantity = excluded.quantity`,
};

/** Makes the stored orders what they are now: line items that went, came, or have another quantity. */
export function saveOrders(tx: Tx, { orders: rows }: WriteSet): void {
  if (rows.length === 0) return;
  tx.send(putOrders, [
    rows.map(({ enrollment }) => enrollment.eventId),
    rows.map(({ enrollment }) => enrollment.id),
    rows.map(({ order }) => order.status),
    rows.map(({ order }) => order.createdAt),
    rows.map(({ order }) => order.changedAt),
  ]);

  const gone = rows.flatMap(({ enrollment, before, order }) =>
    (before?.lineItems ?? [])
      .filter(({ id }) => !order.lineItems.some((item) => item.id === id))
      .map((lineItem) => ({ enrollment, lineItem })),
  );
  if (gone.length > 0) {
    tx.send(removeLineItems, [
      gone.map(({ enrollment }) => enrollment.eventId),
      gone.map(({ lineItem }) => lineItem.id),
    ]);
  }

  const put = rows.flatMap(({ enrollment, before, order }) =>
    order.lineItems
      .filter(({ id, quantity }) => {
        const known = before?.lineItems.find((item) => item.id === id);
        return known?.quantity !== quantity;
      })
      .map((lineItem) => ({ enrollment, lineItem })),
  );
  if (put.length > 0) {
    tx.send(putLineItems, [
      put.map(({ enrollment }) => enrollment.eventId),
      put.map(({ lineItem }) => lineItem.id),
      put.map(({ enrollment }) => enrollment.id),
      put.map(({ lineItem }) => lineItem.productId),
      put.map(({ lineItem }) => lineItem.quantity),
    ]);
  }
}
