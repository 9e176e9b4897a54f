import type { Reentry, Requirement } from '@turnout/attendance/event';
import type { StoredEvent } from './stored.ts';

/** A row of attendance.events. */
export interface EventRow {
  event_id: string;
  organization_id: string;
  name: string;
  time_zone: string;
  starts_at: Date;
  ends_at: Date;
  day_boundary: string;
  requirement_type: Requirement['type'];
  requirement_days: number | null;
  closure_grace_minutes: number;
  device_grace_minutes: number;
  reentry: Reentry;
  admission_opens_at: Date | null;
  closed_at: Date | null;
  cancelled_at: Date | null;
  cancellation_reason: string | null;
  created_at: Date;
}

export const eventColumns = `
  event_id, organization_id, name, time_zone, starts_at, ends_at, day_boundary, requirement_type, requirement_days,
  closure_grace_minutes, device_grace_minutes, reentry, admission_opens_at, closed_at, cancelled_at, cancellation_reason,
  created_at`;

/** An event as its row says it; instants to the millisecond. */
export function toStoredEvent(row: EventRow): StoredEvent {
  return {
    id: row.event_id,
    organizationId: row.organization_id,
    name: row.name,
    timeZone: row.time_zone,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    dayBoundary: row.day_boundary,
    requirement: toRequirement(row.requirement_type, row.requirement_days),
    reentry: row.reentry,
    admissionOpensAt: row.admission_opens_at,
    closureGraceMinutes: row.closure_grace_minutes,
    deviceGraceMinutes: row.device_grace_minutes,
    closedAt: row.closed_at,
    cancelledAt: row.cancelled_at,
    cancellationReason: row.cancellation_reason,
    createdAt: row.created_at,
  };
}

/** The two columns of a requirement as the rule they stand for. A check constraint keeps them in shape. */
export function toRequirement(type: Requirement['type'], days: number | null): Requirement {
  return type === 'minimum_days' ? { type, days: days ?? 1 } : { type };
}
