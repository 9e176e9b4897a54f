import type { Principal } from '@turnout/access/principal';
import type { Action } from '@turnout/access/record-actions';
import type { EventFields } from '@turnout/attendance-store/events/event-fields';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import { contextOf } from './change-context.ts';

/** Who does something to an event, and by which request. */
export interface EventCommand {
  principal: Principal;
  requestId: string;
}

/** Something that was done to an event, as the audit keeps it. */
export function eventAction(
  action: 'event.created' | 'event.changed' | 'event.cancelled' | 'event.copied',
  { principal, requestId }: EventCommand,
  event: Pick<StoredEvent, 'id' | 'organizationId'>,
  facts: Pick<Action, 'reason' | 'details'>,
): Action {
  return {
    action,
    organizationId: event.organizationId,
    eventId: event.id,
    subjectId: event.id,
    ...contextOf(principal, requestId),
    ...facts,
  };
}

/** What an admin says about an event, under the names of the API. */
export function toldFields(event: StoredEvent): Record<string, unknown> {
  const { requirement, ...fields } = pickFields(event);
  return { ...fields, attendanceRequirement: requirement };
}

/** The fields in which two versions of an event differ, as they were and as they are. */
export function differences(
  before: StoredEvent,
  after: StoredEvent,
): { before: Record<string, unknown>; after: Record<string, unknown> } | null {
  const [was, is] = [toldFields(before), toldFields(after)];
  const changed = Object.keys(is).filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]));
  if (changed.length === 0) return null;
  const only = (fields: Record<string, unknown>) =>
    Object.fromEntries(changed.map((field) => [field, fields[field]]));
  return { before: only(was), after: only(is) };
}

function pickFields(event: StoredEvent): EventFields {
  return {
    name: event.name,
    timeZone: event.timeZone,
    startsAt: event.startsAt,
    endsAt: event.endsAt,
    dayBoundary: event.dayBoundary,
    requirement: event.requirement,
    reentry: event.reentry,
    admissionOpensAt: event.admissionOpensAt,
    closureGraceMinutes: event.closureGraceMinutes,
    deviceGraceMinutes: event.deviceGraceMinutes,
  };
}
