import type { AttendanceModels } from '../models/attendance-models.ts';
import { type StoredProduct, toStoredProduct } from '../products/stored-product.ts';

/** A product of an event, or null. Whose event it is has been looked up before. */
export async function findProduct(
  { Product }: AttendanceModels,
  eventId: string,
  productId: string,
): Promise<StoredProduct | null> {
  const row = await Product.findOne({ where: { eventId, productId } });
  return row && toStoredProduct(row);
}
