import { describe, expect, it } from 'vitest';
import { admissionStart, dayOf, eventDays, isEventDay, isTimeZone } from '../src/event-days.ts';
import { checkEventSpan } from '../src/requirement.ts';
import { anEvent, aSpan, at, hours, plus } from './builders.ts';

const oneMs = 1;

describe('event days', () => {
  it('are the local dates from the start to the end, both included', () => {
    expect(eventDays(anEvent())).toEqual(['2026-05-01', '2026-05-02', '2026-05-03']);
  });

  it('are taken in the time zone of the event, not in UTC', () => {
    // 20:00 to 22:00 UTC on 30 April is 1 May in Kathmandu (+05:45), and still 30 April in São Paulo (-03:00).
    const [from, to] = ['2026-04-30T20:00:00Z', '2026-04-30T22:00:00Z'];
    expect(eventDays(aSpan('Asia/Kathmandu', from, to))).toEqual(['2026-05-01']);
    expect(eventDays(aSpan('America/Sao_Paulo', from, to))).toEqual(['2026-04-30']);
  });

  it('begin at the minute in Asia/Kathmandu, 5 hours and 45 minutes ahead', () => {
    const event = aSpan('Asia/Kathmandu', '2026-05-01T09:00:00+05:45', '2026-05-02T17:00:00+05:45');
    const midnight = at('2026-05-01T18:15:00Z');
    expect(dayOf(event, plus(midnight, -oneMs))).toBe('2026-05-01');
    expect(dayOf(event, midnight)).toBe('2026-05-02');
  });

  it('do not gain the day that begins at the instant the event ends', () => {
    const untilMidnight = aSpan('Europe/Berlin', '2026-05-01T09:00:00+02:00', '2026-05-03T00:00:00+02:00');
    expect(eventDays(untilMidnight)).toEqual(['2026-05-01', '2026-05-02']);
    expect(eventDays({ ...untilMidnight, endsAt: plus(untilMidnight.endsAt, oneMs) })).toEqual([
      '2026-05-01',
      '2026-05-02',
      '2026-05-03',
    ]);
  });

  it('do not gain a day from an end exactly at the day boundary either', () => {
    const party = aSpan('Europe/Berlin', '2026-05-01T20:00:00+02:00', '2026-05-02T04:00:00+02:00', '04:00');
    expect(eventDays(party)).toEqual(['2026-05-01']);
    expect(eventDays({ ...party, endsAt: plus(party.endsAt, oneMs) })).toEqual(['2026-05-01', '2026-05-02']);
  });

  it('include the day on which the event begins when it begins exactly at the boundary', () => {
    const event = aSpan('Europe/Berlin', '2026-05-01T04:00:00+02:00', '2026-05-01T12:00:00+02:00', '04:00');
    expect(eventDays(event)).toEqual(['2026-05-01']);
    expect(eventDays({ ...event, startsAt: plus(event.startsAt, -oneMs) })).toEqual([
      '2026-04-30',
      '2026-05-01',
    ]);
  });

  it('count a night from 20:00 to 03:00 with a boundary of 04:00 as one day', () => {
    const night = aSpan('Europe/Berlin', '2026-05-01T20:00:00+02:00', '2026-05-02T03:00:00+02:00', '04:00');
    expect(eventDays(night)).toEqual(['2026-05-01']);
    expect(dayOf(night, at('2026-05-02T02:10:00+02:00'))).toBe('2026-05-01');
  });

  it('count the same night as two days with the default boundary', () => {
    const night = aSpan('Europe/Berlin', '2026-05-01T20:00:00+02:00', '2026-05-02T03:00:00+02:00');
    expect(eventDays(night)).toEqual(['2026-05-01', '2026-05-02']);
    expect(dayOf(night, at('2026-05-02T02:10:00+02:00'))).toBe('2026-05-02');
  });

  it('put an event that lies before the boundary of its date on the date before', () => {
    const early = aSpan('Europe/Berlin', '2026-05-02T01:00:00+02:00', '2026-05-02T03:00:00+02:00', '04:00');
    expect(eventDays(early)).toEqual(['2026-05-01']);
    expect(admissionStart({ ...early, admissionOpensAt: null })).toEqual(at('2026-05-01T04:00:00+02:00'));
  });

  it('number one for an event of one millisecond', () => {
    expect(eventDays(aSpan('UTC', '2026-05-01T00:00:00Z', '2026-05-01T00:00:00.001Z'))).toEqual([
      '2026-05-01',
    ]);
    expect(eventDays(aSpan('UTC', '2026-04-30T23:59:59.999Z', '2026-05-01T00:00:00Z'))).toEqual([
      '2026-04-30',
    ]);
  });
});

describe('the day of a scan', () => {
  it('is the last event day when the scan is made exactly at the end of the event', () => {
    const untilMidnight = aSpan('Europe/Berlin', '2026-05-01T09:00:00+02:00', '2026-05-03T00:00:00+02:00');
    expect(dayOf(untilMidnight, untilMidnight.endsAt)).toBe('2026-05-02');
    expect(dayOf(untilMidnight, plus(untilMidnight.endsAt, oneMs))).toBe('2026-05-03');
  });

  it('is its own date outside the event', () => {
    expect(dayOf(anEvent(), at('2026-04-29T10:00:00+02:00'))).toBe('2026-04-29');
    expect(dayOf(anEvent(), at('2026-05-03T23:59:59.999+02:00'))).toBe('2026-05-03');
    expect(dayOf(anEvent(), at('2026-05-04T00:00:00+02:00'))).toBe('2026-05-04');
    expect(dayOf(anEvent(), at('2026-06-01T00:00:00+02:00'))).toBe('2026-06-01');
    expect(isEventDay(anEvent(), '2026-04-29')).toBe(false);
    expect(isEventDay(anEvent(), '2026-05-02')).toBe(true);
  });

  it('is the first event day from its boundary on, also before the event starts', () => {
    expect(dayOf(anEvent(), at('2026-05-01T00:00:00+02:00'))).toBe('2026-05-01');
    expect(dayOf(anEvent(), at('2026-04-30T23:59:59.999+02:00'))).toBe('2026-04-30');
  });

  it('follows the event when its times change', () => {
    const event = anEvent();
    expect(dayOf(event, at('2026-05-01T02:00:00+02:00'))).toBe('2026-05-01');
    event.dayBoundary = '04:00';
    expect(dayOf(event, at('2026-05-01T02:00:00+02:00'))).toBe('2026-04-30');
    event.endsAt.setTime(at('2026-05-02T00:00:00+02:00').getTime());
    expect(eventDays(event)).toEqual(['2026-05-01']);
  });
});

describe('Europe/Berlin on 2026-03-29, 23 hours long', () => {
  const event = aSpan('Europe/Berlin', '2026-03-28T09:00:00+01:00', '2026-03-30T17:00:00+02:00');

  it('is one day among its neighbours', () => {
    expect(eventDays(event)).toEqual(['2026-03-28', '2026-03-29', '2026-03-30']);
    expect(dayOf(event, at('2026-03-28T22:59:59.999Z'))).toBe('2026-03-28');
    expect(dayOf(event, at('2026-03-28T23:00:00Z'))).toBe('2026-03-29');
    expect(dayOf(event, at('2026-03-29T21:59:59.999Z'))).toBe('2026-03-29');
    expect(dayOf(event, at('2026-03-29T22:00:00Z'))).toBe('2026-03-30');
  });

  it('begins at 03:30 with a boundary of 02:30, which does not exist that night', () => {
    const atHalfPastTwo = { ...event, dayBoundary: '02:30' };
    const halfPastThree = at('2026-03-29T03:30:00+02:00');
    expect(dayOf(atHalfPastTwo, plus(halfPastThree, -oneMs))).toBe('2026-03-28');
    expect(dayOf(atHalfPastTwo, halfPastThree)).toBe('2026-03-29');
    expect(eventDays(atHalfPastTwo)).toEqual(['2026-03-28', '2026-03-29', '2026-03-30']);
  });
});

describe('Europe/Berlin on 2026-10-25, 25 hours long', () => {
  const event = aSpan('Europe/Berlin', '2026-10-24T09:00:00+02:00', '2026-10-26T17:00:00+01:00');

  it('is one day among its neighbours', () => {
    expect(eventDays(event)).toEqual(['2026-10-24', '2026-10-25', '2026-10-26']);
    expect(dayOf(event, at('2026-10-24T22:00:00Z'))).toBe('2026-10-25');
    expect(dayOf(event, at('2026-10-25T22:59:59.999Z'))).toBe('2026-10-25');
    expect(dayOf(event, at('2026-10-25T23:00:00Z'))).toBe('2026-10-26');
  });

  it('begins at the first 02:30 with a boundary of 02:30, which comes twice that night', () => {
    const atHalfPastTwo = { ...event, dayBoundary: '02:30' };
    const first = at('2026-10-25T02:30:00+02:00');
    expect(dayOf(atHalfPastTwo, plus(first, -oneMs))).toBe('2026-10-24');
    expect(dayOf(atHalfPastTwo, first)).toBe('2026-10-25');
    expect(dayOf(atHalfPastTwo, at('2026-10-25T02:10:00+01:00'))).toBe('2026-10-25');
    expect(dayOf(atHalfPastTwo, plus(first, hours(1)))).toBe('2026-10-25');
    expect(eventDays(atHalfPastTwo)).toEqual(['2026-10-24', '2026-10-25', '2026-10-26']);
  });

  it('keeps a night over the change together with a boundary of 04:00', () => {
    const night = aSpan('Europe/Berlin', '2026-10-24T20:00:00+02:00', '2026-10-25T03:00:00+01:00', '04:00');
    expect(eventDays(night)).toEqual(['2026-10-24']);
    expect(dayOf(night, at('2026-10-25T02:59:00+02:00'))).toBe('2026-10-24');
    expect(dayOf(night, at('2026-10-25T02:59:00+01:00'))).toBe('2026-10-24');
  });
});

describe('America/Sao_Paulo', () => {
  it('begins 2018-11-04 at 01:00, for its midnight does not exist', () => {
    const event = aSpan('America/Sao_Paulo', '2018-11-03T09:00:00-03:00', '2018-11-04T17:00:00-02:00');
    expect(eventDays(event)).toEqual(['2018-11-03', '2018-11-04']);
    const one = at('2018-11-04T01:00:00-02:00');
    expect(dayOf(event, plus(one, -oneMs))).toBe('2018-11-03');
    expect(dayOf(event, one)).toBe('2018-11-04');
  });

  it('does not gain 2018-11-04 from an event that ends where that day begins', () => {
    const event = aSpan('America/Sao_Paulo', '2018-11-03T09:00:00-03:00', '2018-11-04T01:00:00-02:00');
    expect(eventDays(event)).toEqual(['2018-11-03']);
    expect(dayOf(event, event.endsAt)).toBe('2018-11-03');
  });

  it('gives the hour that comes twice on 2018-02-17 to that day', () => {
    const event = aSpan('America/Sao_Paulo', '2018-02-17T09:00:00-02:00', '2018-02-18T17:00:00-03:00');
    expect(eventDays(event)).toEqual(['2018-02-17', '2018-02-18']);
    expect(dayOf(event, at('2018-02-17T23:30:00-02:00'))).toBe('2018-02-17');
    expect(dayOf(event, at('2018-02-17T23:30:00-03:00'))).toBe('2018-02-17');
    expect(dayOf(event, at('2018-02-18T00:00:00-03:00'))).toBe('2018-02-18');
  });
});

describe('America/St_Johns on 2010-11-07, whose clock went from 00:01 back to 23:01 the day before', () => {
  const secondTime = at('2010-11-06T23:30:00-03:30');

  it('stays on the day that had begun', () => {
    const during = aSpan('America/St_Johns', '2010-11-06T09:00:00-02:30', '2010-11-07T17:00:00-03:30');
    expect(eventDays(during)).toEqual(['2010-11-06', '2010-11-07']);
    expect(dayOf(during, at('2010-11-07T00:00:00-02:30'))).toBe('2010-11-07');
    expect(dayOf(during, secondTime)).toBe('2010-11-07');
  });

  it('does so outside an event, too', () => {
    const later = aSpan('America/St_Johns', '2010-12-01T09:00:00-03:30', '2010-12-01T17:00:00-03:30');
    expect(dayOf(later, secondTime)).toBe('2010-11-07');
    expect(eventDays({ ...later, startsAt: secondTime, endsAt: at('2010-11-07T12:00:00-03:30') })).toEqual([
      '2010-11-07',
    ]);
  });
});

describe('Pacific/Apia, which skipped 2011-12-30', () => {
  const event = aSpan('Pacific/Apia', '2011-12-29T09:00:00-10:00', '2011-12-31T17:00:00+14:00');

  it('has no such event day', () => {
    expect(eventDays(event)).toEqual(['2011-12-29', '2011-12-31']);
    expect(isEventDay(event, '2011-12-30')).toBe(false);
  });

  it('goes from 29 to 31 December in one instant', () => {
    const midnight = at('2011-12-30T10:00:00Z');
    expect(dayOf(event, plus(midnight, -oneMs))).toBe('2011-12-29');
    expect(dayOf(event, midnight)).toBe('2011-12-31');
  });

  it('has no such day with a boundary inside what was skipped', () => {
    const atFour = { ...event, dayBoundary: '04:00' };
    expect(eventDays(atFour)).toEqual(['2011-12-29', '2011-12-31']);
    expect(dayOf(atFour, at('2011-12-31T03:59:59.999+14:00'))).toBe('2011-12-29');
    expect(dayOf(atFour, at('2011-12-31T04:00:00+14:00'))).toBe('2011-12-31');
  });

  it('has no such day for an event elsewhere in the year either', () => {
    const later = aSpan('Pacific/Apia', '2012-01-05T09:00:00+14:00', '2012-01-05T17:00:00+14:00');
    expect(dayOf(later, at('2011-12-30T10:00:00Z'))).toBe('2011-12-31');
    expect(dayOf(later, at('2011-12-30T09:59:59.999Z'))).toBe('2011-12-29');
  });

  it('starts with 31 December when the event starts with that day, and ends with the 29th when it ends there', () => {
    const skip = '2011-12-31T00:00:00+14:00';
    expect(eventDays(aSpan('Pacific/Apia', skip, '2011-12-31T17:00:00+14:00'))).toEqual(['2011-12-31']);
    expect(eventDays(aSpan('Pacific/Apia', '2011-12-29T09:00:00-10:00', skip))).toEqual(['2011-12-29']);
  });
});

describe('the span of an event', () => {
  const year = (to: string) => aSpan('Europe/Berlin', '2026-01-01T09:00:00+01:00', to);

  it('may be 366 days', () => {
    const event = year('2027-01-01T17:00:00+01:00');
    expect(eventDays(event)).toHaveLength(366);
    expect(checkEventSpan(event)).toBeNull();
  });

  it('may not be 367', () => {
    expect(checkEventSpan(year('2027-01-02T17:00:00+01:00'))).toBe('event_too_long');
    expect(checkEventSpan(year('2027-01-02T00:00:00+01:00'))).toBeNull();
    expect(checkEventSpan(year('2027-01-02T00:00:00.001+01:00'))).toBe('event_too_long');
  });

  it('is refused at once when it is thousands of years', () => {
    const event = aSpan('Europe/Berlin', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z');
    expect(checkEventSpan(event)).toBe('event_too_long');
    expect(eventDays(event)).toHaveLength(367);
  });
});

describe('admission', () => {
  it('starts with the first event day', () => {
    expect(admissionStart(anEvent())).toEqual(at('2026-05-01T00:00:00+02:00'));
    expect(admissionStart(anEvent({ dayBoundary: '04:00' }))).toEqual(at('2026-05-01T04:00:00+02:00'));
  });

  it('starts when the event says so', () => {
    const opensAt = at('2026-04-30T12:00:00+02:00');
    expect(admissionStart(anEvent({ admissionOpensAt: opensAt }))).toEqual(opensAt);
  });
});

describe('a time zone', () => {
  it.each([
    'Europe/Berlin',
    'America/Sao_Paulo',
    'America/Argentina/Buenos_Aires',
    'America/Port-au-Prince',
    'Asia/Kathmandu',
    'Asia/Calcutta',
    'Pacific/Apia',
    'Etc/GMT+5',
    'UTC',
  ])('is %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each([
    '',
    '+02:00',
    '-0500',
    'Z',
    'PST',
    'UTC+1',
    'Europe/Nowhere',
    'europe/berlin',
    'Europe/Berlin ',
    'Europe/Berlin\0',
    '2026-05-01T00:00[Europe/Berlin]',
    '2026-05-01T00:00Z',
    '../etc/passwd',
    '__proto__',
    'constructor',
    'A/'.repeat(10_000),
  ])('is not %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
