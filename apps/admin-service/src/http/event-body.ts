import { eventDays } from '@turnout/attendance/event-days';
import type { EventClosure } from '@turnout/attendance-store/closing/find-closure-states';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import { toEventClosureBody } from '@turnout/contracts/http/closures';
import type { EventBody, ListedEventBody } from '@turnout/contracts/http/events';

/** An event read alone, with the state of its closure. */
export function toEventBody(event: StoredEvent, closure: EventClosure): EventBody {
  return { ...listedEventBody(event), closure: toEventClosureBody(closure) };
}

/** An event in a list, with its days. */
export function listedEventBody(event: StoredEvent): ListedEventBody {
  return {
    id: event.id,
    name: event.name,
    timeZone: event.timeZone,
    startsAt: event.startsAt.toISOString(),
    endsAt: event.endsAt.toISOString(),
    attendanceRequirement: event.requirement,
    dayBoundary: event.dayBoundary,
    closureGraceMinutes: event.closureGraceMinutes,
    deviceGraceMinutes: event.deviceGraceMinutes,
    reentry: event.reentry,
    admissionOpensAt: event.admissionOpensAt?.toISOString() ?? null,
    days: eventDays(event),
    closedAt: event.closedAt?.toISOString() ?? null,
    cancelledAt: event.cancelledAt?.toISOString() ?? null,
    createdAt: event.createdAt.toISOString(),
  };
}
