import type { Status } from '@turnout/attendance/enrollment';
import { DataTypes, type InferAttributes, Model, type NonAttribute, type Sequelize } from 'sequelize';
import type { ParticipantModel } from './participant-model.ts';

/** A row of attendance.enrollments. Its status is changed by `changeEnrollments` and nothing else. */
export class EnrollmentModel extends Model<InferAttributes<EnrollmentModel>, never> {
  declare eventId: string;
  declare enrollmentId: string;
  declare organizationId: string;
  declare participantId: string;
  declare status: Status;
  declare version: number;
  declare accessCode: string;
  declare ticketType: string | null;
  declare attendedAt: Date | null;
  declare createdAt: Date;
  /** Present when the query included it. */
  declare participant?: NonAttribute<ParticipantModel>;
}

/** Makes the model of `attendance.enrollments` one of this Sequelize. */
export function bindEnrollmentModel(
  sequelize: Sequelize,
  Participant: typeof ParticipantModel,
): typeof EnrollmentModel {
  class Enrollment extends EnrollmentModel {}
  Enrollment.init(
    {
      eventId: { type: DataTypes.UUID, primaryKey: true },
      enrollmentId: { type: DataTypes.UUID, primaryKey: true },
      organizationId: DataTypes.UUID,
      participantId: DataTypes.UUID,
      status: DataTypes.TEXT,
      version: DataTypes.INTEGER,
      accessCode: DataTypes.TEXT,
      ticketType: DataTypes.TEXT,
      attendedAt: DataTypes.DATE,
      createdAt: DataTypes.DATE,
    },
    { sequelize, schema: 'attendance', tableName: 'enrollments', underscored: true, timestamps: false },
  );
  // The key has two columns and Sequelize joins by one: whoever includes a participant names the organization too.
  Enrollment.belongsTo(Participant, {
    as: 'participant',
    foreignKey: 'participantId',
    targetKey: 'participantId',
    constraints: false,
  });
  return Enrollment;
}
