import { Temporal } from 'temporal-polyfill';
import type { EventPolicy } from './event.ts';

type Times = Pick<EventPolicy, 'startsAt' | 'endsAt' | 'admissionOpensAt'>;

/**
 * The times of an event that begins at another time. What the clocks on the wall show keeps its distance: an event from
 * 09:00 to 17:00 two days later still ends at 17:00, also when clocks change in between. A local time that does not
 * exist or exists twice resolves as everywhere.
 */
export function shiftEvent(event: Times & Pick<EventPolicy, 'timeZone'>, startsAt: Date): Times {
  const { timeZone } = event;
  const distance = local(event.startsAt, timeZone).until(local(startsAt, timeZone), { largestUnit: 'days' });
  const shift = (at: Date) =>
    new Date(local(at, timeZone).add(distance).toZonedDateTime(timeZone).epochMilliseconds);
  return {
    startsAt,
    endsAt: shift(event.endsAt),
    admissionOpensAt: event.admissionOpensAt && shift(event.admissionOpensAt),
  };
}

function local(at: Date, timeZone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDateTime();
}
