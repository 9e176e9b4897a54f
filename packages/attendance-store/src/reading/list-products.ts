import { Op } from 'sequelize';
import type { AttendanceModels } from '../models/attendance-models.ts';
import { type StoredProduct, toStoredProduct } from '../products/stored-product.ts';

export interface ProductList {
  eventId: string;
  /** The last product of the page before. */
  after: string | null;
  limit: number;
}

/** The products of an event, in the order in which they were made. */
export async function listProducts(
  { Product }: AttendanceModels,
  { eventId, after, limit }: ProductList,
): Promise<StoredProduct[]> {
  const rows = await Product.findAll({
    where: { eventId, ...(after === null ? {} : { productId: { [Op.gt]: after } }) },
    order: [['productId', 'asc']],
    limit,
  });
  return rows.map(toStoredProduct);
}
