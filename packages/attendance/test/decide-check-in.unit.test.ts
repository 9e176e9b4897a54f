import { describe, expect, it } from 'vitest';
import { decideCheckIn, type Scan } from '../src/decide-check-in.ts';
import { addCheckIn, type CheckIn, type Enrollment } from '../src/enrollment.ts';
import { aCheckIn, anEnrollment, anEvent, aScan, at, minutes, plus } from './builders.ts';

const dayOne = '2026-05-01T10:00:00+02:00';
const dayTwo = '2026-05-02T10:00:00+02:00';
const event = anEvent();

/** Decided at the instant of the scan unless said otherwise. */
function decide(changes: { event?: typeof event; enrollment?: Enrollment; scan?: Scan; now?: Date }) {
  const scan = changes.scan ?? aScan(dayOne);
  return decideCheckIn(
    changes.event ?? event,
    changes.enrollment ?? anEnrollment(),
    scan,
    changes.now ?? scan.scannedAt,
  );
}

const checkedIn = (...checkIns: CheckIn[]) => anEnrollment({ status: 'checked_in', version: 2, checkIns });

describe('an accepted entry', () => {
  it('is the first and checks the person in, with the days present as evidence', () => {
    expect(decide({})).toEqual({
      outcome: 'first',
      day: '2026-05-01',
      previous: null,
      move: {
        from: 'confirmed',
        to: 'checked_in',
        triggeredBy: 'front_desk',
        code: 'first_check_in',
        reason: 'first_check_in',
        evidence: { daysPresent: ['2026-05-01'], required: 3, rule: 'all_days' },
        verdictBy: null,
      },
    });
  });

  it('is a new day when it is the first on this event day', () => {
    const before = aCheckIn(dayOne);
    const decision = decide({ enrollment: checkedIn(before), scan: aScan(dayTwo) });
    expect(decision).toEqual({ outcome: 'new_day', day: '2026-05-02', previous: before, move: null });
  });

  it('is a re-entry when the person was in on this day, and says when and where', () => {
    const before = aCheckIn(dayOne, { station: 'Door B', deviceId: 'device-b' });
    const decision = decide({ enrollment: checkedIn(before), scan: aScan(plus(at(dayOne), minutes(30))) });
    expect(decision).toEqual({ outcome: 're_entry', day: '2026-05-01', previous: before, move: null });
  });

  it('is the first when all there was before are exits and annulled check-ins', () => {
    const enrollment = anEnrollment({
      checkIns: [aCheckIn(dayOne, { annulledAt: at(dayOne) }), aCheckIn(dayOne, { direction: 'exit' })],
    });
    expect(decide({ enrollment, scan: aScan(dayTwo) })).toMatchObject({ outcome: 'first', previous: null });
  });

  it('is a new day when the other check-in of this day was annulled', () => {
    const enrollment = checkedIn(aCheckIn(dayOne), aCheckIn(dayTwo, { annulledAt: at(dayTwo) }));
    expect(decide({ enrollment, scan: aScan(dayTwo) })).toMatchObject({ outcome: 'new_day' });
  });

  it('counts a scan at 02:10 for the evening before with a boundary of 04:00', () => {
    const night = anEvent({
      startsAt: at('2026-05-01T20:00:00+02:00'),
      endsAt: at('2026-05-02T03:00:00+02:00'),
      dayBoundary: '04:00',
    });
    const decision = decide({ event: night, scan: aScan('2026-05-02T02:10:00+02:00') });
    expect(decision).toMatchObject({ outcome: 'first', day: '2026-05-01' });
  });

  it('on a set-up day checks the person in and counts for no event day', () => {
    const setUp = anEvent({ admissionOpensAt: at('2026-04-30T08:00:00+02:00') });
    expect(decide({ event: setUp, scan: aScan('2026-04-30T09:00:00+02:00') })).toMatchObject({
      outcome: 'first',
      day: '2026-04-30',
      move: { to: 'checked_in', evidence: { daysPresent: [] } },
    });
  });

  it('of two at the same instant exactly one is the first, and the other names it', () => {
    const enrollment = anEnrollment();
    const one = decide({ enrollment });
    expect(one.outcome).toBe('first');
    const first = aCheckIn(dayOne, { station: 'Door B' });
    const other = decide({ enrollment: { ...addCheckIn(enrollment, first), status: 'checked_in' } });
    expect(other).toMatchObject({ outcome: 're_entry', previous: first, move: null });
  });
});

describe('the previous check-in', () => {
  const morning = aCheckIn('2026-05-01T09:00:00+02:00');
  const noon = aCheckIn('2026-05-01T12:00:00+02:00');
  const evening = aCheckIn('2026-05-01T16:00:00+02:00');
  const previousAt = (time: string, ...checkIns: CheckIn[]) => {
    const decision = decide({ enrollment: checkedIn(...checkIns), scan: aScan(time) });
    return 'previous' in decision ? decision.previous : undefined;
  };

  it('is the latest made before this scan, in whatever order they were uploaded', () => {
    expect(previousAt('2026-05-01T13:00:00+02:00', evening, noon, morning)).toBe(noon);
    expect(previousAt('2026-05-01T17:00:00+02:00', evening, noon, morning)).toBe(evening);
  });

  it('may be of the same instant', () => {
    expect(previousAt('2026-05-01T12:00:00+02:00', morning, noon)).toBe(noon);
  });

  it('is the earliest made after it when this scan was uploaded late', () => {
    expect(previousAt('2026-05-01T08:00:00+02:00', evening, noon)).toBe(noon);
  });

  it('is the same one for check-ins of one instant, in whatever order they are loaded', () => {
    const twin = aCheckIn('2026-05-01T12:00:00+02:00');
    const time = '2026-05-01T13:00:00+02:00';
    expect(previousAt(time, noon, twin)).toBe(previousAt(time, twin, noon));
  });

  it('is never an exit nor annulled', () => {
    const exit = aCheckIn('2026-05-01T12:30:00+02:00', { direction: 'exit' });
    const undone = aCheckIn('2026-05-01T12:40:00+02:00', { annulledAt: at(dayOne) });
    expect(previousAt('2026-05-01T13:00:00+02:00', noon, exit, undone)).toBe(noon);
  });
});

describe('an exit', () => {
  it('is recorded and changes no status', () => {
    const before = aCheckIn(dayOne);
    const scan = aScan(plus(at(dayOne), minutes(60)), { direction: 'exit' });
    expect(decide({ enrollment: checkedIn(before), scan })).toEqual({
      outcome: 'exit',
      day: '2026-05-01',
      previous: before,
      move: null,
    });
  });

  it.each(['once', 'once_per_day'] as const)('is accepted again and again where reentry is %s', (reentry) => {
    const enrollment = checkedIn(aCheckIn(dayOne), aCheckIn(dayOne, { direction: 'exit' }));
    const scan = aScan(dayOne, { direction: 'exit' });
    expect(decide({ event: anEvent({ reentry }), enrollment, scan }).outcome).toBe('exit');
  });
});

describe('a scan is refused', () => {
  it('when the event was cancelled', () => {
    const cancelledAt = at('2026-04-01T00:00:00Z');
    expect(decide({ event: anEvent({ cancelledAt }) })).toEqual({
      outcome: 'refused',
      refusal: { code: 'event_cancelled', cancelledAt },
    });
  });

  it('when the enrollment was cancelled, and says when that was', () => {
    const cancelledAt = at('2026-04-30T12:05:00Z');
    expect(decide({ enrollment: anEnrollment({ status: 'cancelled', cancelledAt }) })).toEqual({
      outcome: 'refused',
      refusal: { code: 'enrollment_cancelled', cancelledAt },
    });
  });

  it('when it is dated more than 5 minutes ahead of the server', () => {
    const scan = aScan(dayOne);
    const now = plus(scan.scannedAt, -minutes(5));
    expect(decide({ scan, now }).outcome).toBe('first');
    expect(decide({ scan, now: plus(now, -1) })).toEqual({
      outcome: 'refused',
      refusal: { code: 'scanned_in_future', scannedAt: scan.scannedAt, now: plus(now, -1) },
    });
  });

  it('before the first event day begins', () => {
    const opensAt = at('2026-05-01T00:00:00+02:00');
    expect(decide({ scan: aScan(opensAt) }).outcome).toBe('first');
    expect(decide({ scan: aScan(plus(opensAt, -1)) })).toEqual({
      outcome: 'refused',
      refusal: { code: 'not_open_yet', opensAt },
    });
  });

  it('before admission opens, where the event names a time', () => {
    const opensAt = at('2026-05-01T08:30:00+02:00');
    const doors = anEvent({ admissionOpensAt: opensAt });
    expect(decide({ event: doors, scan: aScan(opensAt) }).outcome).toBe('first');
    expect(decide({ event: doors, scan: aScan(plus(opensAt, -1)) })).toEqual({
      outcome: 'refused',
      refusal: { code: 'not_open_yet', opensAt },
    });
  });

  it('after the event ended, and not at its very end', () => {
    const { endsAt } = event;
    expect(decide({ scan: aScan(endsAt) })).toMatchObject({ outcome: 'first', day: '2026-05-03' });
    expect(decide({ scan: aScan(plus(endsAt, 1)) })).toEqual({
      outcome: 'refused',
      refusal: { code: 'event_ended', endedAt: endsAt },
    });
  });

  it('but not when it was made in time and uploaded after the end', () => {
    expect(decide({ now: at('2026-05-09T00:00:00Z') }).outcome).toBe('first');
  });

  it('while the order is unpaid, unless a supervisor admits the person', () => {
    expect(decide({ scan: aScan(dayOne, { orderPaid: false }) })).toEqual({
      outcome: 'refused',
      refusal: { code: 'order_unpaid' },
    });
    expect(decide({ scan: aScan(dayOne, { orderPaid: false, admitUnpaid: true }) }).outcome).toBe('first');
  });

  it('for the first reason that applies', () => {
    const earlyAndUnpaid = aScan('2026-04-01T00:00:00Z', { orderPaid: false });
    const past = at('2026-01-01T00:00:00Z');
    const cancelled = anEnrollment({ status: 'cancelled' });
    const cancelledEvent = anEvent({ cancelledAt: past });
    const code = (changes: Parameters<typeof decide>[0]) => {
      const decision = decide({ scan: earlyAndUnpaid, ...changes });
      return decision.outcome === 'refused' ? decision.refusal.code : decision.outcome;
    };
    expect(code({ event: cancelledEvent, enrollment: cancelled, now: past })).toBe('event_cancelled');
    expect(code({ enrollment: cancelled, now: past })).toBe('enrollment_cancelled');
    expect(code({ now: past })).toBe('scanned_in_future');
    expect(code({})).toBe('not_open_yet');
    expect(code({ scan: aScan('2026-06-01T00:00:00Z', { orderPaid: false }) })).toBe('event_ended');
    const again = { event: anEvent({ reentry: 'once' }), enrollment: checkedIn(aCheckIn(dayOne)) };
    expect(code({ ...again, scan: aScan(dayOne, { orderPaid: false }) })).toBe('order_unpaid');
    expect(code({ ...again, scan: aScan(dayOne) })).toBe('already_checked_in');
  });
});
