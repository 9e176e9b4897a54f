import { describe, expect, it } from 'vitest';
import { calendarFor, TIME_ZONE } from '../src/calendar.ts';
import { kinds } from '../src/people.ts';

const DAY_MS = 86_400_000;

const berlin = new Intl.DateTimeFormat('sv-SE', {
  timeZone: TIME_ZONE,
  dateStyle: 'short',
  timeStyle: 'short',
});

/** Every hour of two years, with the changes to summer time and back. */
const hours = Array.from({ length: 2 * 365 * 24 }, (_, hour) => new Date(Date.UTC(2026, 0, 1, hour)));

describe('the calendar of the show', () => {
  it('is over whenever the show begins, and not for longer than two days', () => {
    for (const now of hours) {
      const ended = now.getTime() - Date.parse(calendarFor(now).instant(4, '03:00'));
      expect(ended).toBeGreaterThan(0);
      expect(ended).toBeLessThan(2 * DAY_MS);
    }
  });

  it('names every scan by the clocks of Berlin', () => {
    const times = kinds.flatMap(({ scans }) => scans);
    for (const now of hours.filter((_, index) => index % 24 === 12)) {
      const calendar = calendarFor(now);
      for (const { on, at } of times) {
        const local = berlin.format(new Date(calendar.instant(on, at)));
        // 02:40 does not exist in the night of the change to summer time; an hour later does.
        const skipped = at === '02:40' && local.endsWith('03:40');
        expect(skipped ? at : local.slice(11)).toBe(at);
        expect(local.slice(0, 10)).toBe(calendar.date(on));
      }
    }
  });
});

describe('the cast', () => {
  it('has forty people, no two of one name', () => {
    const names = kinds.flatMap((kind) => kind.names);
    expect(names).toHaveLength(40);
    expect(new Set(names).size).toBe(40);
  });
});
