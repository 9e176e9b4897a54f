import type { Product } from '@turnout/attendance/order';
import type { ProductModel } from '../models/product-model.ts';

/** A product as stored. */
export interface StoredProduct extends Product {
  eventId: string;
  createdAt: Date;
}

/** A product as its row says it. */
export function toStoredProduct(row: ProductModel): StoredProduct {
  return {
    id: row.productId,
    eventId: row.eventId,
    name: row.name,
    kind: row.kind,
    createdAt: row.createdAt,
  };
}
