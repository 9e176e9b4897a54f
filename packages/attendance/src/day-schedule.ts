import { Temporal } from 'temporal-polyfill';
import type { EventSpan } from './event.ts';

/** More days than an event may span, so that a list this long is known to be too long. */
const LISTED_DAYS = 367;
const REMEMBERED_SCHEDULES = 256;

/** The days of an event in order, each with the instant (epoch milliseconds) at which it begins. */
export interface DaySchedule {
  days: readonly string[];
  starts: readonly number[];
  /** Where the day after the last one begins. */
  end: number;
  isDay: ReadonlySet<string>;
}

const remembered = new Map<string, DaySchedule>();

/**
 * The schedule of an event. Finding the start of a day costs a time-zone look-up, so schedules are remembered, by
 * value: an event loaded afresh for each scan finds the one of the last scan, and a changed event never finds a stale
 * one.
 */
export function scheduleOf(event: EventSpan): DaySchedule {
  const key = `${event.timeZone} ${event.dayBoundary} ${event.startsAt.getTime()} ${event.endsAt.getTime()}`;
  const known = remembered.get(key);
  if (known) return known;
  const schedule = layOutDays(event);
  if (remembered.size >= REMEMBERED_SCHEDULES) forgetOldest();
  remembered.set(key, schedule);
  return schedule;
}

/** The day that holds an instant (epoch milliseconds), computed from the time zone alone. */
export function dateHolding(event: EventSpan, time: number): Temporal.PlainDate {
  const local = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(event.timeZone).toPlainDate();
  // The clock can go back over a boundary that has passed, so the day after the local date may have begun.
  let date = local.add({ days: 1 });
  while (startOf(event, date) > time) date = date.subtract({ days: 1 });
  return date;
}

function layOutDays(event: EventSpan): DaySchedule {
  const endsAt = event.endsAt.getTime();
  let date = dateHolding(event, event.startsAt.getTime());
  const days = [date.toString()];
  const starts = [startOf(event, date)];
  for (;;) {
    date = date.add({ days: 1 });
    const start = startOf(event, date);
    const last = days.length - 1;
    if (start <= (starts[last] ?? Number.NEGATIVE_INFINITY)) {
      // The date before has no instant of its own: the zone skipped it.
      days[last] = date.toString();
    } else if (start >= endsAt || days.length === LISTED_DAYS) {
      return { days, starts, end: start, isDay: new Set(days) };
    } else {
      days.push(date.toString());
      starts.push(start);
    }
  }
}

/**
 * Where a date begins. `compatible` takes the first of two equal local times, and moves one that the clock skips
 * forward by what was skipped.
 */
function startOf(event: EventSpan, date: Temporal.PlainDate): number {
  return date
    .toPlainDateTime(event.dayBoundary)
    .toZonedDateTime(event.timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
}

function forgetOldest(): void {
  const oldest = remembered.keys().next();
  if (!oldest.done) remembered.delete(oldest.value);
}
