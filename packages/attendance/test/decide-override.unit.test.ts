import { describe, expect, it } from 'vitest';
import { applyMove } from '../src/apply-move.ts';
import { decideAnnulment } from '../src/decide-annulment.ts';
import { decideCancellation } from '../src/decide-cancellation.ts';
import { decideCheckIn } from '../src/decide-check-in.ts';
import { decideCorrection } from '../src/decide-correction.ts';
import { decideOverride, type Override } from '../src/decide-override.ts';
import { addCheckIn } from '../src/enrollment.ts';
import { aCheckIn, anEnrollment, anEvent, aScan, at } from './builders.ts';

const event = anEvent({ requirement: { type: 'minimum_days', days: 2 } });
const duringDayTwo = at('2026-05-02T12:00:00+02:00');
const afterwards = at('2026-05-04T12:00:00+02:00');
const cameLate = (day: string | null = null): Override => ({ to: 'checked_in', reason: 'came late', day });
const mistake: Override = { to: 'attended', reason: 'signed the list on paper', day: null };
const noShow = anEnrollment({ status: 'no_show', version: 2, verdictBy: 'rule' });

describe('an override to checked_in', () => {
  it('writes a check-in for today while the event runs', () => {
    expect(decideOverride(event, anEnrollment(), cameLate(), duringDayTwo)).toEqual({
      outcome: 'overridden',
      day: '2026-05-02',
      move: {
        from: 'confirmed',
        to: 'checked_in',
        triggeredBy: 'admin',
        code: 'override',
        reason: 'came late',
        evidence: { daysPresent: ['2026-05-02'], required: 2, rule: 'minimum_days' },
        verdictBy: null,
      },
    });
  });

  it('takes the day that is named over today', () => {
    expect(decideOverride(event, anEnrollment(), cameLate('2026-05-01'), duringDayTwo)).toMatchObject({
      day: '2026-05-01',
    });
  });

  it('must name a day when today is none of the event', () => {
    const eventDays = ['2026-05-01', '2026-05-02', '2026-05-03'];
    expect(decideOverride(event, anEnrollment(), cameLate(), afterwards)).toEqual({
      outcome: 'refused',
      refusal: { code: 'day_required', today: '2026-05-04', eventDays },
    });
    expect(decideOverride(event, anEnrollment(), cameLate('2026-05-03'), afterwards)).toMatchObject({
      day: '2026-05-03',
    });
  });

  it('may not name another date', () => {
    expect(decideOverride(event, anEnrollment(), cameLate('2026-04-30'), duringDayTwo)).toMatchObject({
      refusal: { code: 'not_an_event_day', day: '2026-04-30' },
    });
  });

  it('takes today in the time zone of the event', () => {
    const justAfterMidnight = at('2026-05-01T22:30:00Z');
    expect(decideOverride(event, anEnrollment(), cameLate(), justAfterMidnight)).toMatchObject({
      day: '2026-05-02',
    });
  });

  it('is refused by its from and its to before the day is looked at', () => {
    expect(decideOverride(event, noShow, cameLate('2026-04-30'), afterwards)).toEqual({
      outcome: 'refused',
      refusal: { code: 'illegal_transition', from: 'no_show', to: 'checked_in' },
    });
  });
});

describe('an override to attended', () => {
  const decision = decideOverride(event, noShow, mistake, afterwards);
  if (decision.outcome === 'refused') throw new Error('a no-show may be overridden');
  const attended = applyMove(noShow, decision.move);

  it('corrects a no-show, in the words of the admin and without a check-in', () => {
    expect(decision.day).toBeNull();
    expect(decision.move).toMatchObject({
      triggeredBy: 'admin',
      code: 'override',
      reason: 'signed the list on paper',
      evidence: { daysPresent: [], required: 2, rule: 'minimum_days' },
    });
    expect(attended).toMatchObject({ status: 'attended', version: 3, verdictBy: 'override' });
  });

  it('stands when a late scan comes in, when it is annulled, and when the event is corrected', () => {
    const late = decideCheckIn(event, attended, aScan('2026-05-01T10:00:00+02:00'), afterwards);
    expect(late).toMatchObject({ outcome: 'first', move: null });
    const withScan = addCheckIn(attended, aCheckIn('2026-05-01T10:00:00+02:00', { id: 'late' }));
    const by = { role: 'admin', deviceId: null } as const;
    expect(
      decideAnnulment(event, withScan, { checkInId: 'late', reason: 'not her', by }, afterwards),
    ).toEqual({ outcome: 'annulled', move: null });
    expect(decideCorrection(anEvent(), attended, 'all days were announced').move).toBeNull();
  });

  it('cannot be given twice', () => {
    expect(decideOverride(event, attended, mistake, afterwards)).toEqual({
      outcome: 'refused',
      refusal: { code: 'illegal_transition', from: 'attended', to: 'attended' },
    });
  });
});

describe('an override in a cancelled event', () => {
  const cancelledAt = at('2026-05-02T00:00:00Z');

  it.each([cameLate(), mistake])('to $to is refused', (override) => {
    expect(decideOverride({ ...event, cancelledAt }, anEnrollment(), override, duringDayTwo)).toEqual({
      outcome: 'refused',
      refusal: { code: 'event_cancelled', cancelledAt },
    });
  });
});

describe('cancellation', () => {
  it('keeps the reason, and the days the person came as evidence', () => {
    const enrollment = anEnrollment({
      status: 'checked_in',
      checkIns: [aCheckIn('2026-05-01T10:00:00+02:00')],
    });
    expect(decideCancellation(event, enrollment, { reason: 'ill', by: 'participant' })).toEqual({
      outcome: 'cancelled',
      move: {
        from: 'checked_in',
        to: 'cancelled',
        triggeredBy: 'participant',
        code: 'cancellation',
        reason: 'ill',
        evidence: { daysPresent: ['2026-05-01'], required: 2, rule: 'minimum_days' },
        verdictBy: null,
      },
    });
  });

  it('names the from and the to when it is too late', () => {
    expect(decideCancellation(event, noShow, { reason: 'ill', by: 'admin' })).toEqual({
      outcome: 'refused',
      refusal: { code: 'illegal_transition', from: 'no_show', to: 'cancelled' },
    });
  });
});

describe('a correction of a closed event', () => {
  it('turns a no-show into attended when its shorter event is met, with the reason', () => {
    const cameOnce = { ...noShow, checkIns: [aCheckIn('2026-05-01T10:00:00+02:00')] };
    const shortened = anEvent({ endsAt: at('2026-05-01T17:00:00+02:00') });
    expect(decideCorrection(shortened, cameOnce, 'days 2 and 3 did not take place').move).toEqual({
      from: 'no_show',
      to: 'attended',
      triggeredBy: 'admin',
      code: 'correction',
      reason: 'days 2 and 3 did not take place',
      evidence: { daysPresent: ['2026-05-01'], required: 1, rule: 'all_days' },
      verdictBy: 'rule',
    });
  });
});
