import type { EventDecision, EventState } from '@turnout/attendance-store/events/change-event';
import type { EventFields } from '@turnout/attendance-store/events/event-fields';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import { checkEventFields, type EventFieldsRefusal } from './check-event-fields.ts';

export type EventChangeRefusal =
  | { code: 'event_cancelled'; cancelledAt: Date }
  | { code: 'event_closed'; closedAt: Date; fields: string[] }
  | { code: 'closure_in_progress'; fields: string[] }
  | { code: 'event_has_check_ins'; fields: string[] }
  | EventFieldsRefusal;

/** The fields that verdicts rest on. */
const judgedBy = ['timeZone', 'dayBoundary', 'startsAt', 'endsAt', 'requirement'] as const;

/** The fields that say on which day a check-in counts. */
const dayFields: readonly string[] = ['timeZone', 'dayBoundary'];

/**
 * May these fields of an event change?
 *
 * - A cancelled event stays as it is.
 * - The name may change at any time.
 * - Anything else may change until a closure has given verdicts by it, also after the end of the event: a wrong end is
 *   found out when it has passed.
 * - Once the event is closed, it takes a reason, and a closed event can't end in the future.
 * - The time zone and the day boundary may not change once there is a check-in, which counts for a day by them.
 * - The event that results must be one that could be created.
 *
 * A field sent as it is already is no change.
 */
export function decideEventChange(
  { event, now, halfClosed, hasCheckIns }: EventState,
  sent: Partial<EventFields>,
  reason: string | undefined,
): EventDecision<EventChangeRefusal> {
  if (event.cancelledAt) return refuse({ code: 'event_cancelled', cancelledAt: event.cancelledAt });
  const changed = Object.entries(sent)
    .filter(([field, value]) => !isSame(value, event[field as keyof EventFields]))
    .map(([field]) => field);

  const fields = changed.filter((field) => field !== 'name').map(publicName);
  if (fields.length > 0) {
    if (event.closedAt && reason === undefined) {
      return refuse({ code: 'event_closed', closedAt: event.closedAt, fields });
    }
    if (halfClosed) return refuse({ code: 'closure_in_progress', fields });
    const moved = fields.filter((field) => dayFields.includes(field));
    if (hasCheckIns && moved.length > 0) return refuse({ code: 'event_has_check_ins', fields: moved });
    const refusal = checkEventFields({ ...event, ...sent });
    if (refusal) return refuse(refusal);
    if (event.closedAt && sent.endsAt && sent.endsAt >= now) return refuse(endsInFuture);
  }
  return { outcome: 'change', changes: sent };
}

/** Was the event closed, and may the rule say something else of the people in it now? */
export function isJudgedOtherwise(before: StoredEvent, after: StoredEvent): boolean {
  return before.closedAt !== null && judgedBy.some((field) => !isSame(after[field], before[field]));
}

const endsInFuture: EventChangeRefusal = {
  code: 'validation_failed',
  errors: [
    { path: 'endsAt', message: 'must have passed: the event is closed, and people have their verdicts' },
  ],
};

function refuse(refusal: EventChangeRefusal): EventDecision<EventChangeRefusal> {
  return { outcome: 'refused', refusal };
}

/** Instants and requirements are compared by what they say. */
function isSame(sent: unknown, stored: unknown): boolean {
  return JSON.stringify(sent) === JSON.stringify(stored);
}

function publicName(field: string): string {
  return field === 'requirement' ? 'attendanceRequirement' : field;
}
