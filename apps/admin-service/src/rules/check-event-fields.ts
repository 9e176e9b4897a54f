import type { EventPolicy } from '@turnout/attendance/event';
import { eventDays, isTimeZone } from '@turnout/attendance/event-days';
import { checkEventSpan, checkRequirement } from '@turnout/attendance/requirement';
import { MINUTE } from '@turnout/runtime/durations';

type Fields = Omit<EventPolicy, 'cancelledAt'>;

export type EventFieldsRefusal =
  | { code: 'validation_failed'; errors: { path: string; message: string }[] }
  | { code: 'event_too_long' }
  | { code: 'requirement_exceeds_event_days'; requiredDays: number; eventDayCount: number };

/** A year has four digits, in every time zone, also that of the moment at which the closure is due. */
const LAST_DAY = '9999-12-31';
const LAST_INSTANT = Date.parse(`${LAST_DAY}T23:59:59.999Z`);

/** What is wrong with the fields of an event taken together; null when nothing is. */
export function checkEventFields(event: Fields): EventFieldsRefusal | null {
  const errors = [...fieldErrors(event)];
  if (errors.length > 0) return { code: 'validation_failed', errors };
  if (checkEventSpan(event)) return { code: 'event_too_long' };
  const days = eventDays(event);
  const graceMinutes = Math.max(event.closureGraceMinutes, event.deviceGraceMinutes);
  const isPast = event.endsAt.getTime() + graceMinutes * MINUTE > LAST_INSTANT;
  if (isPast || days.at(-1)?.length !== LAST_DAY.length) {
    return {
      code: 'validation_failed',
      errors: [{ path: 'endsAt', message: `must be on ${LAST_DAY} at the latest, grace minutes included` }],
    };
  }
  const dayCount = days.length;
  const { requirement } = event;
  if (requirement.type === 'minimum_days' && checkRequirement(requirement, dayCount)) {
    return {
      code: 'requirement_exceeds_event_days',
      requiredDays: requirement.days,
      eventDayCount: dayCount,
    };
  }
  return null;
}

function* fieldErrors({ timeZone, startsAt, endsAt, admissionOpensAt }: Fields) {
  if (!isTimeZone(timeZone)) {
    yield { path: 'timeZone', message: 'must be the name of an IANA time zone, like Europe/Berlin' };
  }
  if (endsAt <= startsAt) yield { path: 'endsAt', message: 'must be after startsAt' };
  if (admissionOpensAt && admissionOpensAt >= endsAt) {
    yield { path: 'admissionOpensAt', message: 'must be before endsAt' };
  }
}
