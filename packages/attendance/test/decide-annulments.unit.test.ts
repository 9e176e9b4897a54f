import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMove } from '../src/apply-move.ts';
import { type Annulment, decideAnnulment } from '../src/decide-annulment.ts';
import { type AnnulmentsDecision, decideAnnulments } from '../src/decide-annulments.ts';
import { annulCheckIn, type CheckIn, type Enrollment } from '../src/enrollment.ts';
import type { EventPolicy } from '../src/event.ts';
import type { Move } from '../src/moves.ts';
import { aCheckIn, anEnrollment, anEvent, at, plus } from './builders.ts';

const now = at('2026-05-10T12:00:00Z');

/** The same with the single decision, one after another over everything. */
function oneByOne(
  event: EventPolicy,
  enrollment: Enrollment,
  annulments: readonly Annulment[],
): AnnulmentsDecision<Enrollment> {
  const moves: (Move | null)[] = [];
  let left = enrollment;
  for (const annulment of annulments) {
    const decision = decideAnnulment(event, left, annulment, now);
    if (decision.outcome === 'refused') return decision;
    left = annulCheckIn(left, annulment.checkInId, now);
    if (decision.move) left = applyMove(left, decision.move);
    moves.push(decision.move);
  }
  return { outcome: 'annulled', moves, left };
}

const anyCheckIn: fc.Arbitrary<Omit<CheckIn, 'id'>> = fc
  .record({
    day: fc.constantFrom('2026-04-30', '2026-05-01', '2026-05-02', '2026-05-03'),
    direction: fc.constantFrom('entry', 'entry', 'exit'),
    source: fc.constantFrom('scan', 'scan', 'override'),
    deviceId: fc.constantFrom('device-a', 'device-b'),
    annulledAt: fc.constantFrom(null, null, null, at('2026-05-04T00:00:00Z')),
    minutesAgo: fc.constantFrom(1, 60),
  })
  .map(({ minutesAgo, ...checkIn }) => {
    const { id: _, ...made } = aCheckIn(`${checkIn.day}T10:00:00+02:00`, checkIn);
    return { ...made, recordedAt: plus(now, -minutesAgo * 60_000) };
  });

const anyCase = fc.record({
  requirement: fc.constantFrom<EventPolicy['requirement'][]>(
    { type: 'all_days' },
    { type: 'any_day' },
    { type: 'minimum_days', days: 2 },
  ),
  status: fc.constantFrom('confirmed', 'checked_in', 'attended', 'no_show', 'cancelled'),
  override: fc.boolean(),
  checkIns: fc
    .array(anyCheckIn, { maxLength: 12, size: 'max' })
    .map((made) => made.map((checkIn, index): CheckIn => ({ ...checkIn, id: `check-in-${index}` }))),
  annulled: fc.array(fc.nat(12), { maxLength: 12, size: 'max' }),
  role: fc.constantFrom('front_desk', 'supervisor', 'supervisor', 'admin'),
});

describe('annulling several check-ins of one person', () => {
  it('decides what one after another would, with the same refusals', () => {
    fc.assert(
      fc.property(anyCase, ({ requirement, status, override, checkIns, annulled, role }) => {
        const decided = status === 'attended' || status === 'no_show';
        const verdictBy = decided ? (override ? 'override' : 'rule') : null;
        const enrollment = anEnrollment({ status, verdictBy, checkIns });
        const event = anEvent({ requirement });
        const annulments = annulled.map((index) => ({
          checkInId: `check-in-${index}`,
          reason: 'a phone in a pocket',
          by: { role, deviceId: 'device-a' },
        }));
        expect(decideAnnulments(event, enrollment, annulments, now)).toEqual(
          oneByOne(event, enrollment, annulments),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('moves the person once, with the last of them', () => {
    const checkIns = [0, 1, 2].map((index) => aCheckIn('2026-05-01T10:00:00+02:00', { id: `c${index}` }));
    const enrollment = anEnrollment({ status: 'checked_in', version: 2, checkIns });
    const annulments = checkIns.map(({ id }) => ({
      checkInId: id,
      reason: 'a phone in a pocket',
      by: { role: 'supervisor', deviceId: null } as const,
    }));
    const decision = decideAnnulments(anEvent(), enrollment, annulments, now);
    expect(decision).toMatchObject({
      outcome: 'annulled',
      moves: [null, null, { from: 'checked_in', to: 'confirmed', triggeredBy: 'front_desk' }],
      left: { status: 'confirmed', version: 3 },
    });
  });

  it('does nothing when there is nothing to annul', () => {
    const enrollment = anEnrollment();
    expect(decideAnnulments(anEvent(), enrollment, [], now)).toEqual({
      outcome: 'annulled',
      moves: [],
      left: enrollment,
    });
  });
});
