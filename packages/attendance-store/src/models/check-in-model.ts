import { DataTypes, type InferAttributes, Model, type Sequelize } from 'sequelize';

/** A row of attendance.check_ins, to be read: `changeEnrollments` writes them. */
export class CheckInModel extends Model<InferAttributes<CheckInModel>, never> {
  declare eventId: string;
  declare checkInId: string;
  declare enrollmentId: string;
  declare day: string;
  declare scannedAt: Date;
  declare recordedAt: Date;
  declare station: string | null;
  declare direction: 'entry' | 'exit';
  declare source: 'scan' | 'override';
  declare deviceId: string;
  declare annulledAt: Date | null;
  declare annulmentReason: string | null;
  declare turnedAway: boolean;
}

/** Makes the model of `attendance.check_ins` one of this Sequelize. */
export function bindCheckInModel(sequelize: Sequelize): typeof CheckInModel {
  class CheckIn extends CheckInModel {}
  return CheckIn.init(
    {
      eventId: { type: DataTypes.UUID, primaryKey: true },
      checkInId: { type: DataTypes.UUID, primaryKey: true },
      enrollmentId: DataTypes.UUID,
      day: DataTypes.DATEONLY,
      scannedAt: DataTypes.DATE,
      recordedAt: DataTypes.DATE,
      station: DataTypes.TEXT,
      direction: DataTypes.TEXT,
      source: DataTypes.TEXT,
      deviceId: DataTypes.UUID,
      annulledAt: DataTypes.DATE,
      annulmentReason: DataTypes.TEXT,
      turnedAway: DataTypes.BOOLEAN,
    },
    { sequelize, schema: 'attendance', tableName: 'check_ins', underscored: true, timestamps: false },
  );
}
