/** The event's time zone, and the local time at which its days begin. */
export const TIME_ZONE = 'Europe/Berlin';
export const DAY_BOUNDARY = '04:00';

/** A date of the show: 1 to 3 are the event's days, 0 is the day before, 4 the morning after the last night. */
export type ShowDate = 0 | 1 | 2 | 3 | 4;

export interface Calendar {
  /** `YYYY-MM-DD`. */
  date(on: ShowDate): string;
  /** An instant by the clocks of Berlin, as RFC 3339 with its offset. */
  instant(on: ShowDate, time: string, second?: number): string;
}

/** The three days ended the night before last at the latest, so that everything in them is past, and may be closed. */
export function calendarFor(now: Date): Calendar {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: TIME_ZONE }).format(now);
  const date = (on: ShowDate) => addDays(today, on - 5);
  return {
    date,
    instant: (on, time, second = 0) => atLocalTime(date(on), `${time}:${String(second).padStart(2, '0')}`),
  };
}

/** `Thu 30 Apr`: for people. */
export function readable(date: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  }).format(new Date(`${date}T00:00:00Z`));
}

function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** A time that the change to summer time skips is read as the clocks before the change would: an hour later. */
function atLocalTime(date: string, time: string): string {
  const summer = `${date}T${time}+02:00`;
  return offsetAt(new Date(summer)) === '+02:00' ? summer : `${date}T${time}+01:00`;
}

const offsets = new Intl.DateTimeFormat('en', { timeZone: TIME_ZONE, timeZoneName: 'longOffset' });

function offsetAt(at: Date): string {
  const name = offsets.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return name.replace('GMT', '');
}
