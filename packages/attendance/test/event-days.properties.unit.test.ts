import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventSpan } from '../src/event.ts';
import { dayOf, eventDaySpans, eventDays } from '../src/event-days.ts';
import { checkEventSpan } from '../src/requirement.ts';
import { anyInstantAround, anySpan } from './arbitraries.ts';
import { hours, minutes, plus } from './builders.ts';

const spanAndInstant = anySpan.chain((event) => fc.tuple(fc.constant(event), anyInstantAround(event)));

/** The local date and time by the platform's formatter, as if it were UTC: a second opinion on time zones. */
function wallClock(timeZone: string, instant: Date): number {
  const format = new Intl.DateTimeFormat('en-u-ca-iso8601', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  ) as Record<string, number>;
  const { year = 0, month = 1, day, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const dateOf = (wall: number) => new Date(wall).toISOString().slice(0, 10);
const offset = (timeZone: string, instant: Date) =>
  wallClock(timeZone, instant) - Math.floor(instant.getTime() / 1000) * 1000;

function boundaryMs(event: EventSpan): number {
  const [hour, minute] = event.dayBoundary.split(':').map(Number) as [number, number];
  return hours(hour) + minutes(minute);
}

describe('for any event', () => {
  it('every instant of it lies on one of its days', () => {
    fc.assert(
      fc.property(spanAndInstant, ([event, instant]) => {
        fc.pre(instant >= event.startsAt && instant <= event.endsAt);
        expect(eventDays(event)).toContain(dayOf(event, instant));
      }),
    );
  });

  it('no instant after it or before its first day lies on one of its days, save the rest of its last day', () => {
    fc.assert(
      fc.property(spanAndInstant, ([event, instant]) => {
        const days = eventDays(event);
        const day = dayOf(event, instant);
        if (instant > event.endsAt) expect(days.slice(0, -1)).not.toContain(day);
        if (instant < event.startsAt) expect(days.slice(1)).not.toContain(day);
      }),
    );
  });

  it('its first day holds its start and its last day the last instant before its end', () => {
    fc.assert(
      fc.property(anySpan, (event) => {
        const days = eventDays(event);
        expect(days[0]).toBe(dayOf(event, event.startsAt));
        expect(days.at(-1)).toBe(dayOf(event, plus(event.endsAt, -1)));
        expect(days.at(-1)).toBe(dayOf(event, event.endsAt));
        expect(checkEventSpan(event)).toBeNull();
      }),
    );
  });

  it('its days follow each other without a hole, save dates that its zone never saw', () => {
    fc.assert(
      fc.property(anySpan, (event) => {
        const days = eventDays(event);
        for (const [index, day] of days.slice(1).entries()) {
          const before = days[index] as string;
          for (let date = Date.parse(before) + hours(24); date < Date.parse(day); date += hours(24)) {
            expect(datesSeenAround(event.timeZone, date)).not.toContain(dateOf(date));
          }
          expect(Date.parse(day)).toBeGreaterThan(Date.parse(before));
        }
      }),
    );
  });

  it('the spans of its days adjoin, and tell the day of an instant, save that of its very end', () => {
    fc.assert(
      fc.property(spanAndInstant, ([event, instant]) => {
        const spans = eventDaySpans(event);
        expect(spans.map(({ day }) => day)).toEqual(eventDays(event));
        for (const [index, { startsAt }] of spans.slice(1).entries()) {
          expect(startsAt).toEqual(spans[index]?.endsAt);
        }
        const found = spans.find(({ startsAt, endsAt }) => startsAt <= instant && instant < endsAt);
        fc.pre(instant.getTime() !== event.endsAt.getTime());
        const day = dayOf(event, instant);
        expect(found?.day).toBe(eventDays(event).includes(day) ? day : undefined);
      }),
    );
  });

  it('a later instant never lies on an earlier day', () => {
    fc.assert(
      fc.property(
        anySpan.chain((event) =>
          fc.tuple(fc.constant(event), anyInstantAround(event), anyInstantAround(event)),
        ),
        ([event, one, other]) => {
          const [first, second] = one < other ? [one, other] : [other, one];
          expect(dayOf(event, first) <= dayOf(event, second)).toBe(true);
        },
      ),
    );
  });

  it('the day of an instant does not depend on how long the event is, save at its very end', () => {
    fc.assert(
      fc.property(spanAndInstant, fc.nat(hours(72)), fc.nat(hours(72)), ([event, instant], before, after) => {
        const longer = {
          ...event,
          startsAt: plus(event.startsAt, -before),
          endsAt: plus(event.endsAt, after),
        };
        fc.pre(instant.getTime() !== event.endsAt.getTime() && instant.getTime() !== longer.endsAt.getTime());
        expect(dayOf(longer, instant)).toBe(dayOf(event, instant));
      }),
    );
  });

  it('away from changes of the clock, the day is the wall clock set back by the boundary', () => {
    fc.assert(
      fc.property(spanAndInstant, ([event, instant]) => {
        const { timeZone } = event;
        fc.pre(instant.getTime() !== event.endsAt.getTime());
        fc.pre(offset(timeZone, plus(instant, -hours(50))) === offset(timeZone, plus(instant, hours(50))));
        expect(dayOf(event, instant)).toBe(dateOf(wallClock(timeZone, instant) - boundaryMs(event)));
      }),
    );
  });
});

/** The local dates that a clock on the wall showed in the days around a date. */
function datesSeenAround(timeZone: string, date: number): string[] {
  const seen: string[] = [];
  for (let time = date - hours(36); time <= date + hours(60); time += minutes(15)) {
    seen.push(dateOf(wallClock(timeZone, new Date(time))));
  }
  return seen;
}
