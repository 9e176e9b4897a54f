import { Temporal } from 'temporal-polyfill';

const QUARTER_HOUR = 15 * 60 * 1000;

/**
 * Answers what the clocks of a time zone show at an instant: a Date whose UTC fields are the local ones, for those who
 * write local times without saying where (a spreadsheet has no time zones). When the clock goes back, two instants show
 * the same.
 *
 * Looking a time zone up is slow, and a report asks a million times. The offset is the same for nearly every quarter of
 * an hour from its beginning to its end; those are remembered, and in the others each instant is looked up.
 */
export function wallClock(timeZone: string): (at: Date) => Date {
  const offsetAt = (time: number) =>
    Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1e6;
  const steady = new Map<number, number | null>();
  return (at) => {
    const time = at.getTime();
    const quarter = Math.floor(time / QUARTER_HOUR);
    let offset = steady.get(quarter);
    if (offset === undefined) {
      const first = offsetAt(quarter * QUARTER_HOUR);
      offset = first === offsetAt((quarter + 1) * QUARTER_HOUR - 1) ? first : null;
      if (steady.size >= 10_000) steady.clear();
      steady.set(quarter, offset);
    }
    return new Date(time + (offset ?? offsetAt(time)));
  };
}
