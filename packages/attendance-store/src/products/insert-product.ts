import type { Product } from '@turnout/attendance/order';
import { newId } from '@turnout/runtime/ids';
import type { AttendanceModels } from '../models/attendance-models.ts';
import { type StoredProduct, toStoredProduct } from './stored-product.ts';

/** Stores a new product of an event. */
export async function insertProduct(
  { Product: Model }: AttendanceModels,
  eventId: string,
  { name, kind }: Omit<Product, 'id'>,
): Promise<StoredProduct> {
  return toStoredProduct(await Model.create({ eventId, productId: newId(), name, kind }));
}
