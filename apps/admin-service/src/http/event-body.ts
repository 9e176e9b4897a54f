import { eventDays } from '@turnout/attendance/event-days';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import type { EventBody } from '@turnout/contracts/http/events';

export function eventBody(event: StoredEvent): EventBody {
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
