import type { Reentry, Requirement } from '@turnout/attendance/event';
import { DataTypes, type InferAttributes, Model, type Sequelize } from 'sequelize';
import { toRequirement } from '../event-row.ts';
import type { StoredEvent } from '../stored.ts';

/** A row of attendance.events. Attributes are declared only: a class field would hide Sequelize's accessor. */
export class EventModel extends Model<InferAttributes<EventModel>, never> {
  declare eventId: string;
  declare organizationId: string;
  declare name: string;
  declare timeZone: string;
  declare startsAt: Date;
  declare endsAt: Date;
  declare dayBoundary: string;
  declare requirementType: Requirement['type'];
  declare requirementDays: number | null;
  declare closureGraceMinutes: number;
  declare deviceGraceMinutes: number;
  declare reentry: Reentry;
  declare admissionOpensAt: Date | null;
  declare closedAt: Date | null;
  declare cancelledAt: Date | null;
  declare cancellationReason: string | null;
  declare createdAt: Date;
}

/** Makes the model of `attendance.events` one of this Sequelize. */
export function bindEventModel(sequelize: Sequelize): typeof EventModel {
  class Event extends EventModel {}
  return Event.init(
    {
      eventId: { type: DataTypes.UUID, primaryKey: true },
      organizationId: DataTypes.UUID,
      name: DataTypes.TEXT,
      timeZone: DataTypes.TEXT,
      startsAt: DataTypes.DATE,
      endsAt: DataTypes.DATE,
      dayBoundary: DataTypes.TEXT,
      requirementType: DataTypes.TEXT,
      requirementDays: DataTypes.INTEGER,
      closureGraceMinutes: DataTypes.INTEGER,
      deviceGraceMinutes: DataTypes.INTEGER,
      reentry: DataTypes.TEXT,
      admissionOpensAt: DataTypes.DATE,
      closedAt: DataTypes.DATE,
      cancelledAt: DataTypes.DATE,
      cancellationReason: DataTypes.TEXT,
      createdAt: DataTypes.DATE,
    },
    { sequelize, schema: 'attendance', tableName: 'events', underscored: true, timestamps: false },
  );
}

/** The event in a row that Sequelize has read; `toStoredEvent` makes it from a row of a statement. */
export function eventOfModel(row: EventModel): StoredEvent {
  return {
    id: row.eventId,
    organizationId: row.organizationId,
    name: row.name,
    timeZone: row.timeZone,
    startsAt: row.startsAt,
    endsAt: row.endsAt,
    dayBoundary: row.dayBoundary,
    requirement: toRequirement(row.requirementType, row.requirementDays),
    reentry: row.reentry,
    admissionOpensAt: row.admissionOpensAt,
    closureGraceMinutes: row.closureGraceMinutes,
    deviceGraceMinutes: row.deviceGraceMinutes,
    closedAt: row.closedAt,
    cancelledAt: row.cancelledAt,
    cancellationReason: row.cancellationReason,
    createdAt: row.createdAt,
  };
}
