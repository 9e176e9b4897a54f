import type { Product } from '@turnout/attendance/order';
import { newId } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { StoredProduct } from './stored-product.ts';

const insert: Statement = {
  name: 'insert_product',
  text: `
    insert into attendance.products (event_id, product_id, name, kind) values ($1, $2, $3, $4)
    returning event_id as "eventId", product_id as id, name, kind, created_at as "createdAt"`,
};

/** Stores a new product of an event. */
export async function insertProduct(
  tx: Tx,
  eventId: string,
  { name, kind }: Omit<Product, 'id'>,
): Promise<StoredProduct> {
  const [stored] = await tx.query<StoredProduct>(insert, [eventId, newId(), name, kind]);
  if (!stored) throw new Error('an insert answered no row');
  return stored;
}
