import { DataTypes, type InferAttributes, Model, type Sequelize } from 'sequelize';

/** A row of attendance.participants: the only place where personal data lives. */
export class ParticipantModel extends Model<InferAttributes<ParticipantModel>, never> {
  declare organizationId: string;
  declare participantId: string;
  declare name: string;
  declare email: string;
  declare locale: string | null;
  declare externalId: string | null;
  declare createdAt: Date;
}

/** Makes the model of `attendance.participants` one of this Sequelize. */
export function bindParticipantModel(sequelize: Sequelize): typeof ParticipantModel {
  class Participant extends ParticipantModel {}
  return Participant.init(
    {
      organizationId: { type: DataTypes.UUID, primaryKey: true },
      participantId: { type: DataTypes.UUID, primaryKey: true },
      name: DataTypes.TEXT,
      email: DataTypes.TEXT,
      locale: DataTypes.TEXT,
      externalId: DataTypes.TEXT,
      createdAt: DataTypes.DATE,
    },
    { sequelize, schema: 'attendance', tableName: 'participants', underscored: true, timestamps: false },
  );
}
