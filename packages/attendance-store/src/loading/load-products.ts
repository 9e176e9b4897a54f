import type { Product, ProductKind } from '@turnout/attendance/order';
import type { Queryable, Statement } from '@turnout/runtime/postgres';

const loadProductsOf: Statement = {
  name: 'load_products',
  text: `
    select p.product_id, p.name, p.kind
    from unnest($2::uuid[]) as asked (product_id)
    cross join lateral (
      select * from attendance.products where event_id = $1 and product_id = asked.product_id offset 0
    ) p`,
};

/** Those of these products that the event has, by id. They never change, so no lock is needed to rely on them. */
export async function loadProducts(
  db: Queryable,
  eventId: string,
  productIds: readonly string[],
): Promise<Map<string, Product>> {
  if (productIds.length === 0) return new Map();
  const rows = await db.query<{ product_id: string; name: string; kind: ProductKind }>(loadProductsOf, [
    eventId,
    productIds,
  ]);
  return new Map(rows.map(({ product_id: id, name, kind }) => [id, { id, name, kind }]));
}
