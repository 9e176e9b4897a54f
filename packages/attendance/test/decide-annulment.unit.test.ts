import { describe, expect, it } from 'vitest';
import { type Annulment, decideAnnulment } from '../src/decide-annulment.ts';
import { annulCheckIn, type CheckIn, type Enrollment } from '../src/enrollment.ts';
import { evaluate } from '../src/requirement.ts';
import { aCheckIn, anEnrollment, anEvent, at, minutes, plus } from './builders.ts';

const event = anEvent({ requirement: { type: 'minimum_days', days: 2 } });
const recordedAt = at('2026-05-01T10:00:00+02:00');
const soon = plus(recordedAt, minutes(1));
const entry = aCheckIn(recordedAt, { id: 'entry' });

const by = (role: Annulment['by']['role'], deviceId = 'device-a', checkInId = 'entry'): Annulment => ({
  checkInId,
  reason: 'wrong badge',
  by: { role, deviceId },
});
const checkedIn = (...checkIns: CheckIn[]) => anEnrollment({ status: 'checked_in', version: 2, checkIns });
const attended = (...checkIns: CheckIn[]): Enrollment =>
  anEnrollment({ status: 'attended', version: 3, verdictBy: 'rule', checkIns });

describe('a front-desk device', () => {
  it('undoes its own scan: the only check-in gone, the person is confirmed again', () => {
    expect(decideAnnulment(event, checkedIn(entry), by('front_desk'), soon)).toEqual({
      outcome: 'annulled',
      move: {
        from: 'checked_in',
        to: 'confirmed',
        triggeredBy: 'front_desk',
        code: 'check_in_annulled',
        reason: 'wrong badge',
        evidence: { daysPresent: [], required: 2, rule: 'minimum_days' },
        verdictBy: null,
      },
    });
  });

  it('has 15 minutes by the server’s clock, whatever its own clock said', () => {
    const scan = aCheckIn(plus(recordedAt, -minutes(600)), { id: 'entry', recordedAt });
    const endedAt = plus(recordedAt, minutes(15));
    expect(decideAnnulment(event, checkedIn(scan), by('front_desk'), endedAt).outcome).toBe('annulled');
    expect(decideAnnulment(event, checkedIn(scan), by('front_desk'), plus(endedAt, 1))).toEqual({
      outcome: 'refused',
      refusal: { code: 'annulment_window_over', endedAt },
    });
  });

  it.each([
    ['another device’s scan', aCheckIn(recordedAt, { id: 'entry', deviceId: 'device-b' })],
    ['a check-in of no known device', aCheckIn(recordedAt, { id: 'entry', deviceId: null })],
    ['an admin’s check-in', aCheckIn(recordedAt, { id: 'entry', source: 'override' })],
  ])('does not undo %s', (_, checkIn) => {
    expect(decideAnnulment(event, checkedIn(checkIn), by('front_desk'), soon)).toEqual({
      outcome: 'refused',
      refusal: { code: 'not_own_check_in' },
    });
  });

  it('takes nobody’s verdict away', () => {
    const secondDay = aCheckIn('2026-05-02T10:00:00+02:00');
    expect(decideAnnulment(event, attended(entry, secondDay), by('front_desk'), soon)).toEqual({
      outcome: 'refused',
      refusal: { code: 'supervisor_required' },
    });
  });

  it('undoes a scan that the verdict does not need', () => {
    const enough = [aCheckIn('2026-05-02T10:00:00+02:00'), aCheckIn('2026-05-03T10:00:00+02:00')];
    expect(decideAnnulment(event, attended(entry, ...enough), by('front_desk'), soon)).toEqual({
      outcome: 'annulled',
      move: null,
    });
  });
});

describe.each(['supervisor', 'admin'] as const)('%s', (role) => {
  const triggeredBy = role === 'admin' ? 'admin' : 'front_desk';
  const muchLater = at('2026-08-01T00:00:00Z');

  it('undoes any scan, any time', () => {
    const others = aCheckIn(recordedAt, { id: 'entry', deviceId: 'device-b' });
    expect(decideAnnulment(event, checkedIn(others), by(role), muchLater)).toMatchObject({
      move: { to: 'confirmed', triggeredBy },
    });
  });

  it('turns attended into no-show when the requirement is no longer met; later evidence may turn it back', () => {
    const secondDay = aCheckIn('2026-05-02T10:00:00+02:00');
    expect(decideAnnulment(event, attended(entry, secondDay), by(role), muchLater)).toMatchObject({
      move: {
        to: 'no_show',
        triggeredBy,
        evidence: { daysPresent: ['2026-05-02'] },
        verdictBy: 'rule',
      },
    });
  });
});

describe('an annulment', () => {
  it('changes no status while another entry stands', () => {
    const again = aCheckIn(plus(recordedAt, minutes(30)));
    expect(decideAnnulment(event, checkedIn(entry, again), by('front_desk'), soon)).toEqual({
      outcome: 'annulled',
      move: null,
    });
  });

  it('of an entry is not made up for by an exit or by another annulled entry', () => {
    const rest = [aCheckIn(recordedAt, { direction: 'exit' }), aCheckIn(recordedAt, { annulledAt: soon })];
    expect(decideAnnulment(event, checkedIn(entry, ...rest), by('front_desk'), soon)).toMatchObject({
      move: { to: 'confirmed' },
    });
  });

  it('of an exit changes no status', () => {
    const exit = aCheckIn(recordedAt, { id: 'exit', direction: 'exit' });
    const annulment = by('front_desk', 'device-a', 'exit');
    expect(decideAnnulment(event, checkedIn(entry, exit), annulment, soon)).toEqual({
      outcome: 'annulled',
      move: null,
    });
  });

  it('cannot be made twice, and says since when', () => {
    const annulled = annulCheckIn(checkedIn(entry), 'entry', soon);
    expect(decideAnnulment(event, annulled, by('admin'), plus(soon, minutes(1)))).toEqual({
      outcome: 'refused',
      refusal: { code: 'already_annulled', annulledAt: soon },
    });
  });

  it('of a check-in that this enrollment does not have is refused', () => {
    expect(decideAnnulment(event, checkedIn(entry), by('admin', 'device-a', 'other'), soon)).toEqual({
      outcome: 'refused',
      refusal: { code: 'check_in_not_found' },
    });
  });

  it('keeps the check-in and stops it counting', () => {
    const annulled = annulCheckIn(checkedIn(entry), 'entry', soon);
    expect(annulled.checkIns).toEqual([{ ...entry, annulledAt: soon }]);
    expect(evaluate(event, annulled.checkIns).presentDays).toEqual([]);
  });
});
