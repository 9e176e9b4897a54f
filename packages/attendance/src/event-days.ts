import { Temporal } from 'temporal-polyfill';
import { dateHolding, scheduleOf } from './day-schedule.ts';
import type { EventPolicy, EventSpan } from './event.ts';

/**
 * The dates on which an event runs, in its own time zone, `YYYY-MM-DD` in order. A day runs from its `dayBoundary` to
 * the next day's; a date that the zone skipped is none. The end is an instant: an event that ends exactly where a day
 * begins does not gain that day. At most 367 are listed, one more than an event may have: `checkEventSpan` refuses
 * those.
 */
export function eventDays(event: EventSpan): string[] {
  return [...scheduleOf(event).days];
}

/**
 * The event days with the instants that bound them: from `startsAt` on, and before `endsAt`. The first begins before
 * the event and the last ends after it, each at its `dayBoundary`.
 */
export function eventDaySpans(event: EventSpan): { day: string; startsAt: Date; endsAt: Date }[] {
  const { days, starts, end } = scheduleOf(event);
  const bounds = [...starts, end];
  return days.map((day, index) => ({
    day,
    startsAt: new Date(bounds[index] as number),
    endsAt: new Date(bounds[index + 1] as number),
  }));
}

/** Is this date one of `eventDays`? */
export function isEventDay(event: EventSpan, day: string): boolean {
  return scheduleOf(event).isDay.has(day);
}

/**
 * The day an instant counts for, `YYYY-MM-DD`, also outside the event. The very end of the event belongs to its last
 * day, so that a scan that is in time counts.
 */
export function dayOf(event: EventSpan, at: Date): string {
  const { days, starts, end } = scheduleOf(event);
  const time = at.getTime();
  if (time === event.endsAt.getTime()) return days[days.length - 1] as string;
  if (time >= (starts[0] as number) && time < end) return days[lastAtOrBefore(starts, time)] as string;
  return dateHolding(event, time).toString();
}

/** The first instant at which scans are accepted. */
export function admissionStart(event: EventSpan & Pick<EventPolicy, 'admissionOpensAt'>): Date {
  return event.admissionOpensAt ?? new Date(scheduleOf(event).starts[0] as number);
}

/**
 * Is this the name of an IANA time zone, spelled as IANA spells it? Offsets (`+02:00`) are none: they know no summer
 * time. Neither are the abbreviations some platforms add (`PST`), which mean different zones to different people.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId === name;
  } catch {
    return false;
  }
}

function lastAtOrBefore(starts: readonly number[], time: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}
