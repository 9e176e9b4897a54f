import type { Status } from '@turnout/attendance/enrollment';
import type { TriggeredBy } from '@turnout/attendance/moves';
import type { Evidence } from '@turnout/attendance/requirement';
import type { Actor } from '@turnout/contracts/http/enrollments';
import { DataTypes, type InferAttributes, Model, type Sequelize } from 'sequelize';

/** A row of the audit trail, attendance.transitions, to be read: the database refuses to change or remove one. */
export class TransitionModel extends Model<InferAttributes<TransitionModel>, never> {
  declare eventId: string;
  declare enrollmentId: string;
  declare version: number;
  declare transitionId: string;
  declare organizationId: string;
  declare fromStatus: Status | null;
  declare toStatus: Status;
  declare triggeredBy: TriggeredBy;
  declare actor: Actor;
  declare reason: string;
  declare evidence: Evidence | null;
  declare at: Date;
  declare cause: string;
}

/** Makes the model of `attendance.transitions` one of this Sequelize. */
export function bindTransitionModel(sequelize: Sequelize): typeof TransitionModel {
  class Transition extends TransitionModel {}
  return Transition.init(
    {
      eventId: { type: DataTypes.UUID, primaryKey: true },
      enrollmentId: { type: DataTypes.UUID, primaryKey: true },
      version: { type: DataTypes.INTEGER, primaryKey: true },
      transitionId: DataTypes.UUID,
      organizationId: DataTypes.UUID,
      fromStatus: DataTypes.TEXT,
      toStatus: DataTypes.TEXT,
      triggeredBy: DataTypes.TEXT,
      actor: DataTypes.JSONB,
      reason: DataTypes.TEXT,
      evidence: DataTypes.JSONB,
      at: DataTypes.DATE,
      cause: DataTypes.TEXT,
    },
    { sequelize, schema: 'attendance', tableName: 'transitions', underscored: true, timestamps: false },
  );
}
