import { describe, expect, it } from 'vitest';
import { decideClosure } from '../src/decide-closure.ts';
import { aCheckIn, anEnrollment, anEvent, at } from './builders.ts';

const event = anEvent({ requirement: { type: 'minimum_days', days: 2 } });
const cameOnce = anEnrollment({
  status: 'checked_in',
  version: 2,
  checkIns: [aCheckIn('2026-05-01T10:00:00+02:00')],
});

describe('closure', () => {
  it('gives someone who came often enough the verdict attended, with the evidence', () => {
    const enrollment = {
      ...cameOnce,
      checkIns: [...cameOnce.checkIns, aCheckIn('2026-05-03T10:00:00+02:00')],
    };
    expect(decideClosure(event, enrollment).move).toEqual({
      from: 'checked_in',
      to: 'attended',
      triggeredBy: 'system',
      code: 'requirement_met',
      reason: 'requirement_met',
      evidence: { daysPresent: ['2026-05-01', '2026-05-03'], required: 2, rule: 'minimum_days' },
      verdictBy: 'rule',
    });
  });

  it('gives someone who came too seldom the verdict no-show, and says what is missing', () => {
    const { move, evaluation } = decideClosure(event, cameOnce);
    expect(move).toMatchObject({ to: 'no_show', reason: 'requirement_not_met' });
    expect(evaluation).toMatchObject({ met: false, missingDays: ['2026-05-02', '2026-05-03'] });
  });

  it('tells who never came from who came too seldom', () => {
    expect(decideClosure(event, anEnrollment()).move).toMatchObject({
      from: 'confirmed',
      to: 'no_show',
      reason: 'never_checked_in',
    });
  });

  it('does not take a set-up day for presence', () => {
    const setUpOnly = { ...cameOnce, checkIns: [aCheckIn('2026-04-30T10:00:00+02:00')] };
    expect(decideClosure(anEvent({ requirement: { type: 'any_day' } }), setUpOnly).move).toMatchObject({
      to: 'no_show',
      reason: 'requirement_not_met',
    });
  });

  it('judges nobody of a cancelled event', () => {
    const cancelled = { ...event, cancelledAt: at('2026-05-02T00:00:00Z') };
    expect(decideClosure(cancelled, cameOnce).move).toBeNull();
    expect(decideClosure(cancelled, anEnrollment()).move).toBeNull();
  });
});
