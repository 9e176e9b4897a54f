import type { ProductKind } from '@turnout/attendance/order';
import { DataTypes, type InferAttributes, Model, type Sequelize } from 'sequelize';

/** A row of attendance.products. Once made it stays as it is: orders and scans refer to it. */
export class ProductModel extends Model<InferAttributes<ProductModel>, never> {
  declare eventId: string;
  declare productId: string;
  declare name: string;
  declare kind: ProductKind;
  declare createdAt: Date;
}

/** Makes the model of `attendance.products` one of this Sequelize. */
export function bindProductModel(sequelize: Sequelize): typeof ProductModel {
  class Product extends ProductModel {}
  return Product.init(
    {
      eventId: { type: DataTypes.UUID, primaryKey: true },
      productId: { type: DataTypes.UUID, primaryKey: true },
      name: DataTypes.TEXT,
      kind: DataTypes.TEXT,
      createdAt: DataTypes.DATE,
    },
    { sequelize, schema: 'attendance', tableName: 'products', underscored: true, timestamps: false },
  );
}
