import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import { insertProduct } from '@turnout/attendance-store/products/insert-product';
import type { StoredProduct } from '@turnout/attendance-store/products/stored-product';
import type { CreateProductRequest } from '@turnout/contracts/http/products';
import type { Db } from '@turnout/runtime/postgres';

/** Makes a product of an event of the principal's organization. */
export async function createProduct(
  db: Db,
  command: { principal: Principal; eventId: string; request: CreateProductRequest; requestId: string },
): Promise<StoredProduct> {
  const { principal, eventId, request, requestId } = command;
  return await db.transaction(async (tx) => {
    const product = await insertProduct(tx, eventId, request);
    recordActions(tx, [
      {
        organizationId: principal.organizationId,
        action: 'product.created',
        actor: actorOf(principal),
        eventId,
        subjectId: product.id,
        details: { name: product.name, kind: product.kind },
        cause: requestId,
      },
    ]);
    return product;
  });
}
