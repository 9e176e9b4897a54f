import { describe, expect, it } from 'vitest';
import { decideCheckIn, type Scan } from '../src/decide-check-in.ts';
import { aCheckIn, anEnrollment, anEvent, aScan, at, plus } from './builders.ts';

const dayOne = '2026-05-01T10:00:00+02:00';
const dayTwo = '2026-05-02T10:00:00+02:00';

describe('late evidence', () => {
  const twoDays = anEvent({ requirement: { type: 'minimum_days', days: 2 } });
  const afterwards = at('2026-05-04T00:00:00Z');
  const noShow = anEnrollment({
    status: 'no_show',
    version: 3,
    verdictBy: 'rule',
    checkIns: [aCheckIn(dayOne)],
  });
  const upload = (scan: Scan) => decideCheckIn(twoDays, noShow, scan, afterwards);

  it('that meets the requirement turns a no-show into attended', () => {
    expect(upload(aScan(dayTwo))).toMatchObject({
      outcome: 'new_day',
      move: {
        from: 'no_show',
        to: 'attended',
        triggeredBy: 'system',
        reason: 'late_evidence',
        evidence: { daysPresent: ['2026-05-01', '2026-05-02'], required: 2, rule: 'minimum_days' },
        verdictBy: 'rule',
      },
    });
  });

  it('that is not enough yet is kept', () => {
    expect(upload(aScan(dayOne))).toMatchObject({ outcome: 're_entry', move: null });
  });

  it('of an exit changes nothing', () => {
    const exit = aScan(dayTwo, { direction: 'exit' });
    expect(upload(exit).outcome).toBe('exit');
  });

  it('made after the event ended is refused like any other', () => {
    const late = aScan(plus(twoDays.endsAt, 1));
    expect(upload(late)).toMatchObject({
      refusal: { code: 'event_ended' },
    });
  });
});
