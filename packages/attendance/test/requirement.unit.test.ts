import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DayEvidence } from '../src/enrollment.ts';
import type { Requirement } from '../src/event.ts';
import { eventDays } from '../src/event-days.ts';
import { checkRequirement, evaluate, evidenceOf } from '../src/requirement.ts';
import { anyEvidence, anyPolicy } from './arbitraries.ts';
import { anEvent, at } from './builders.ts';

const [first, second, third] = ['2026-05-01', '2026-05-02', '2026-05-03'] as const;
const entry = (day: string): DayEvidence => ({ day, direction: 'entry', annulledAt: null });
const exit = (day: string): DayEvidence => ({ day, direction: 'exit', annulledAt: null });
const annulled = (day: string): DayEvidence => ({ ...entry(day), annulledAt: at('2026-05-01T12:00:00Z') });
const minimum = (days: number): Requirement => ({ type: 'minimum_days', days });

describe('the requirement', () => {
  it.each<[Requirement, string[], boolean]>([
    [{ type: 'all_days' }, [first, second, third], true],
    [{ type: 'all_days' }, [first, second], false],
    [{ type: 'all_days' }, [], false],
    [{ type: 'any_day' }, [third], true],
    [{ type: 'any_day' }, [first, second, third], true],
    [{ type: 'any_day' }, [], false],
    [minimum(1), [second], true],
    [minimum(1), [], false],
    [minimum(2), [first, third], true],
    [minimum(2), [first, second, third], true],
    [minimum(2), [second], false],
    [minimum(3), [first, second, third], true],
    [minimum(3), [second, third], false],
  ])('%j with presence on %j is met: %j', (requirement, days, met) => {
    expect(evaluate(anEvent({ requirement }), days.map(entry)).met).toBe(met);
  });

  it('tells its reasons: days present, required and missing', () => {
    const event = anEvent({ requirement: minimum(2) });
    expect(evaluate(event, [entry(third), entry(first)])).toEqual({
      rule: 'minimum_days',
      met: true,
      presentDays: [first, third],
      requiredDays: 2,
      missingDays: [second],
      eventDays: [first, second, third],
    });
    expect(evaluate(anEvent(), []).requiredDays).toBe(3);
    expect(evaluate(anEvent({ requirement: { type: 'any_day' } }), []).requiredDays).toBe(1);
  });

  it('leaves its reasons in the audit trail', () => {
    expect(evidenceOf(evaluate(anEvent({ requirement: minimum(2) }), [entry(first)]))).toEqual({
      daysPresent: [first],
      required: 2,
      rule: 'minimum_days',
    });
  });

  it('counts a day once, however often someone came', () => {
    const event = anEvent({ requirement: minimum(2) });
    expect(evaluate(event, [entry(first), entry(first), entry(first)]).met).toBe(false);
  });

  it('does not count exits, annulled check-ins and other dates', () => {
    const event = anEvent({ requirement: { type: 'any_day' } });
    expect(evaluate(event, [exit(first), annulled(second), entry('2026-04-30')])).toMatchObject({
      met: false,
      presentDays: [],
    });
  });

  it('counts a day with one annulled and one standing check-in', () => {
    expect(evaluate(anEvent(), [annulled(first), entry(first)]).presentDays).toEqual([first]);
  });

  it('asks only for the days that exist', () => {
    const apia = anEvent({
      timeZone: 'Pacific/Apia',
      startsAt: at('2011-12-29T09:00:00-10:00'),
      endsAt: at('2011-12-31T17:00:00+14:00'),
    });
    expect(evaluate(apia, [entry('2011-12-29'), entry('2011-12-31')]).met).toBe(true);
  });

  it('hands out lists that are the caller’s own', () => {
    const event = anEvent();
    evaluate(event, []).eventDays.pop();
    eventDays(event).pop();
    expect(evaluate(event, []).eventDays).toHaveLength(3);
  });
});

describe('a requirement for an event', () => {
  it.each([1, 2, 3])('of 3 days may ask for %d days', (days) => {
    expect(checkRequirement(minimum(days), 3)).toBeNull();
  });

  it.each([0, -1, 4, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('of 3 days may not ask for %d', (days) => {
    expect(checkRequirement(minimum(days), 3)).toBe('requirement_exceeds_event_days');
  });

  it('may always ask for all days or any day', () => {
    expect(checkRequirement({ type: 'all_days' }, 1)).toBeNull();
    expect(checkRequirement({ type: 'any_day' }, 1)).toBeNull();
  });
});

describe('for any event and any check-ins', () => {
  const eventAndCheckIns = anyPolicy.chain((event) => fc.tuple(fc.constant(event), anyEvidence(event)));
  const rank = (met: boolean) => (met ? 1 : 0);

  it('one more check-in never turns met into not met', () => {
    fc.assert(
      fc.property(
        anyPolicy.chain((event) => fc.tuple(fc.constant(event), anyEvidence(event), anyEvidence(event))),
        ([event, some, more]) => {
          const before = evaluate(event, some);
          const after = evaluate(event, [...some, ...more]);
          expect(rank(after.met)).toBeGreaterThanOrEqual(rank(before.met));
          expect(after.presentDays).toEqual(expect.arrayContaining(before.presentDays));
        },
      ),
    );
  });

  it('annulling one never turns not met into met', () => {
    fc.assert(
      fc.property(eventAndCheckIns, fc.nat(), ([event, checkIns], pick) => {
        fc.pre(checkIns.length > 0);
        const left = checkIns.map((checkIn, index) =>
          index === pick % checkIns.length ? { ...checkIn, annulledAt: event.startsAt } : checkIn,
        );
        expect(rank(evaluate(event, left).met)).toBeLessThanOrEqual(rank(evaluate(event, checkIns).met));
      }),
    );
  });

  it('duplicates, re-entries, exits and annulled check-ins change nothing', () => {
    fc.assert(
      fc.property(eventAndCheckIns, ([event, checkIns]) => {
        const exits = checkIns.map((checkIn) => ({ ...checkIn, direction: 'exit' as const }));
        const undone = checkIns.map((checkIn) => ({ ...checkIn, annulledAt: event.endsAt }));
        expect(evaluate(event, [...checkIns, ...checkIns, ...exits, ...undone])).toEqual(
          evaluate(event, checkIns),
        );
      }),
    );
  });

  it('their order changes nothing', () => {
    fc.assert(
      fc.property(
        eventAndCheckIns.chain(([event, checkIns]) =>
          fc.tuple(
            fc.constant(event),
            fc.constant(checkIns),
            fc.shuffledSubarray(checkIns, { minLength: checkIns.length }),
          ),
        ),
        ([event, checkIns, shuffled]) => {
          expect(evaluate(event, shuffled)).toEqual(evaluate(event, checkIns));
        },
      ),
    );
  });

  it('the days counted are event days, each once, and with the missing ones all of them', () => {
    fc.assert(
      fc.property(eventAndCheckIns, ([event, checkIns]) => {
        const { presentDays, missingDays, eventDays: days, requiredDays } = evaluate(event, checkIns);
        expect(presentDays.length).toBeLessThanOrEqual(days.length);
        expect([...presentDays, ...missingDays].toSorted()).toEqual(eventDays(event));
        expect(presentDays).toEqual(presentDays.toSorted());
        expect(requiredDays).toBeLessThanOrEqual(days.length);
        expect(checkRequirement(event.requirement, days.length)).toBeNull();
      }),
    );
  });

  it('presence on every event day always meets it, and on none never', () => {
    fc.assert(
      fc.property(anyPolicy, (event) => {
        expect(evaluate(event, eventDays(event).map(entry)).met).toBe(true);
        expect(evaluate(event, []).met).toBe(false);
      }),
    );
  });
});
