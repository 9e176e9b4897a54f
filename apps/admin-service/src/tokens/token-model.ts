import type { Role } from '@turnout/contracts/http/tokens';
import { DataTypes, type InferAttributes, Model, type Sequelize } from 'sequelize';

/** A row of access.tokens without its secret, which this service never reads. */
export class TokenModel extends Model<InferAttributes<TokenModel>, never> {
  declare organizationId: string;
  declare tokenId: string;
  declare role: Role;
  declare label: string;
  declare eventIds: string[] | null;
  declare station: string | null;
  declare expiresAt: Date | null;
  declare revokedAt: Date | null;
  declare createdAt: Date;
}

export function bindTokenModel(sequelize: Sequelize): typeof TokenModel {
  class Token extends TokenModel {}
  return Token.init(
    {
      organizationId: { type: DataTypes.UUID, primaryKey: true },
      tokenId: { type: DataTypes.UUID, primaryKey: true },
      role: DataTypes.TEXT,
      label: DataTypes.TEXT,
      eventIds: DataTypes.ARRAY(DataTypes.UUID),
      station: DataTypes.TEXT,
      expiresAt: DataTypes.DATE,
      revokedAt: DataTypes.DATE,
      createdAt: DataTypes.DATE,
    },
    { sequelize, schema: 'access', tableName: 'tokens', underscored: true, timestamps: false },
  );
}
