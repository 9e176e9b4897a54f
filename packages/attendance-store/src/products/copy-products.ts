import { newId } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';

const find: Statement = {
  name: 'find_products_to_copy',
  text: 'select name, kind from attendance.products where event_id = $1 order by product_id',
};

const insert: Statement = {
  name: 'insert_products',
  text: `
    insert into attendance.products (event_id, product_id, name, kind)
    select $1, * from unnest($2::uuid[], $3::text[], $4::text[])`,
};

/** Gives an event the products of another, in their order, and answers how many there are. Products never change. */
export async function copyProducts(tx: Tx, from: string, to: string): Promise<number> {
  const products = await tx.query<{ name: string; kind: string }>(find, [from]);
  if (products.length > 0) {
    tx.send(insert, [
      to,
      products.map(() => newId()),
      products.map(({ name }) => name),
      products.map(({ kind }) => kind),
    ]);
  }
  return products.length;
}
