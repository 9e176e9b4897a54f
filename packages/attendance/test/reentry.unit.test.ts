import { describe, expect, it } from 'vitest';
import { decideCheckIn, type Scan } from '../src/decide-check-in.ts';
import type { CheckIn, Enrollment } from '../src/enrollment.ts';
import type { EventPolicy } from '../src/event.ts';
import { evaluate } from '../src/requirement.ts';
import { aCheckIn, anEnrollment, anEvent, aScan, at, minutes, plus } from './builders.ts';

const dayOne = '2026-05-01T10:00:00+02:00';
const dayTwo = '2026-05-02T10:00:00+02:00';

const decide = (changes: { event?: EventPolicy; enrollment: Enrollment; scan: Scan }) =>
  decideCheckIn(changes.event ?? anEvent(), changes.enrollment, changes.scan, changes.scan.scannedAt);
const checkedIn = (...checkIns: CheckIn[]) => anEnrollment({ status: 'checked_in', version: 2, checkIns });

describe('re-entry', () => {
  const first = aCheckIn(dayOne);
  const laterThatDay = aScan(plus(at(dayOne), minutes(60)));

  it('is allowed unless the event says otherwise', () => {
    expect(decide({ enrollment: checkedIn(first), scan: laterThatDay }).outcome).toBe('re_entry');
  });

  it('once per day refuses the second entry of a day and admits on the next', () => {
    const oncePerDay = anEvent({ reentry: 'once_per_day' });
    expect(decide({ event: oncePerDay, enrollment: checkedIn(first), scan: laterThatDay })).toEqual({
      outcome: 'refused',
      refusal: { code: 'already_checked_in', previous: first, reentry: 'once_per_day' },
    });
    expect(decide({ event: oncePerDay, enrollment: checkedIn(first), scan: aScan(dayTwo) }).outcome).toBe(
      'new_day',
    );
  });

  it('once per day names the check-in of that day, though an earlier day is nearer in the past', () => {
    const uploadedSooner = aCheckIn('2026-05-02T11:00:00+02:00');
    const decision = decide({
      event: anEvent({ reentry: 'once_per_day' }),
      enrollment: checkedIn(first, uploadedSooner),
      scan: aScan(dayTwo),
    });
    expect(decision).toMatchObject({ refusal: { code: 'already_checked_in', previous: uploadedSooner } });
  });

  it('once refuses every further entry, also on another day', () => {
    const once = anEvent({ reentry: 'once' });
    for (const scan of [laterThatDay, aScan(dayTwo)]) {
      expect(decide({ event: once, enrollment: checkedIn(first), scan })).toEqual({
        outcome: 'refused',
        refusal: { code: 'already_checked_in', previous: first, reentry: 'once' },
      });
    }
  });

  it('once is not spent by an annulled check-in, an exit or a set-up day', () => {
    const once = anEvent({ reentry: 'once', admissionOpensAt: at('2026-04-30T00:00:00+02:00') });
    const enrollment = checkedIn(
      aCheckIn(dayOne, { annulledAt: at(dayOne) }),
      aCheckIn(dayOne, { direction: 'exit' }),
      aCheckIn('2026-04-30T12:00:00+02:00'),
    );
    expect(decide({ event: once, enrollment, scan: aScan(dayTwo) }).outcome).toBe('new_day');
    const setUpAgain = aScan('2026-04-30T13:00:00+02:00');
    expect(decide({ event: once, enrollment, scan: setUpAgain }).outcome).toBe('refused');
  });

  it.each(['once', 'once_per_day'] as const)('%s is not spent by who was turned away', (reentry) => {
    const event = anEvent({ reentry });
    const sentAway = aCheckIn(dayOne, { turnedAway: true });
    expect(decide({ event, enrollment: checkedIn(sentAway), scan: laterThatDay })).toMatchObject({
      outcome: 're_entry',
      previous: sentAway,
    });
    const letIn = aCheckIn(plus(at(dayOne), minutes(30)));
    expect(decide({ event, enrollment: checkedIn(sentAway, letIn), scan: laterThatDay })).toMatchObject({
      refusal: { code: 'already_checked_in', previous: letIn },
    });
  });

  it('a person who was turned away was present all the same', () => {
    const sentAway = aCheckIn(dayOne, { turnedAway: true });
    expect(evaluate(anEvent(), [sentAway]).presentDays).toEqual(['2026-05-01']);
  });
});
