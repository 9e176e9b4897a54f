import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMove } from '../src/apply-move.ts';
import { decideAnnulment } from '../src/decide-annulment.ts';
import { decideCancellation } from '../src/decide-cancellation.ts';
import { decideCheckIn } from '../src/decide-check-in.ts';
import { decideClosure } from '../src/decide-closure.ts';
import { decideCorrection } from '../src/decide-correction.ts';
import { decideOverride } from '../src/decide-override.ts';
import { enroll } from '../src/enroll.ts';
import { addCheckIn, annulCheckIn, type CheckIn, type Enrollment } from '../src/enrollment.ts';
import type { EventPolicy } from '../src/event.ts';
import { eventDays } from '../src/event-days.ts';
import { isMove, type Move } from '../src/moves.ts';
import { evaluate } from '../src/requirement.ts';
import { anyInstantAround, anyPolicy, anyRequirement } from './arbitraries.ts';
import { aScan, hours, plus } from './builders.ts';

interface ScanMade {
  scannedAt: Date;
  direction: 'entry' | 'exit';
  /** By its device. */
  turnedAway: boolean;
}

const anyScan = (event: EventPolicy): fc.Arbitrary<ScanMade> =>
  fc.record({
    scannedAt: anyInstantAround(event),
    direction: fc.constantFrom('entry', 'entry', 'entry', 'exit'),
    turnedAway: fc.constantFrom(false, false, false, true),
  });

/** Long after the event, so that no scan is dated in the future: uploads may come in any order. */
const uploadedAt = (event: EventPolicy) => plus(event.endsAt, hours(48));

const moved = (enrollment: Enrollment, move: Move | null) =>
  move ? applyMove(enrollment, move) : enrollment;

function upload(event: EventPolicy, enrollment: Enrollment, scan: ScanMade): Enrollment {
  const decision = decideCheckIn(event, enrollment, aScan(scan.scannedAt, scan), uploadedAt(event));
  if (decision.outcome === 'refused') return enrollment;
  return addCheckIn(moved(enrollment, decision.move), written(event, enrollment, decision.day, scan));
}

function written(event: EventPolicy, enrollment: Enrollment, day: string, scan: ScanMade): CheckIn {
  return {
    id: `check-in-${enrollment.checkIns.length}`,
    day,
    scannedAt: scan.scannedAt,
    recordedAt: uploadedAt(event),
    station: null,
    direction: scan.direction,
    source: 'scan',
    deviceId: 'device-a',
    annulledAt: null,
    turnedAway: scan.turnedAway,
  };
}

const close = (event: EventPolicy, enrollment: Enrollment) =>
  moved(enrollment, decideClosure(event, enrollment).move);

describe('any scans, uploaded in any order, some before and some after closure', () => {
  const story = anyPolicy.chain((event) =>
    fc.array(anyScan(event), { maxLength: 10 }).chain((scans) =>
      fc.record({
        event: fc.constant(event),
        scans: fc.constant(scans),
        shuffled: fc.shuffledSubarray(scans, { minLength: scans.length }),
        closedAfter: fc.nat(scans.length),
      }),
    ),
  );

  function play(event: EventPolicy, scans: readonly ScanMade[], closedAfter: number): Enrollment {
    const { enrollment } = enroll('admin');
    const before = scans.slice(0, closedAfter).reduce((so, scan) => upload(event, so, scan), enrollment);
    const after = scans
      .slice(closedAfter)
      .reduce((so, scan) => upload(event, so, scan), close(event, before));
    return close(event, after);
  }

  it('end in the same status and the same verdict', () => {
    fc.assert(
      fc.property(story, ({ event, scans, shuffled, closedAfter }) => {
        // Who is turned away and comes back leaves evidence of a second day, where an admission would leave none.
        fc.pre(event.reentry !== 'once' || !scans.some(({ turnedAway }) => turnedAway));
        const one = play(event, scans, scans.length);
        const other = play(event, shuffled, closedAfter);
        expect(other.status).toBe(one.status);
        const [verdict, otherVerdict] = [one, other].map(({ checkIns }) => evaluate(event, checkIns));
        expect(otherVerdict?.met).toBe(verdict?.met);
        expect(otherVerdict?.presentDays.length).toBe(verdict?.presentDays.length);
        if (event.reentry !== 'once') expect(otherVerdict).toEqual(verdict);
      }),
      { numRuns: 300 },
    );
  });

  it('end attended if and only if the rule says so', () => {
    fc.assert(
      fc.property(story, ({ event, shuffled, closedAfter }) => {
        const end = play(event, shuffled, closedAfter);
        expect(end.status).toBe(evaluate(event, end.checkIns).met ? 'attended' : 'no_show');
      }),
      { numRuns: 300 },
    );
  });

  it('have at most one first, and it is the first accepted entry', () => {
    fc.assert(
      fc.property(story, ({ event, scans }) => {
        let enrollment = enroll('admin').enrollment;
        const entries: string[] = [];
        for (const scan of scans) {
          const { outcome } = decideCheckIn(
            event,
            enrollment,
            aScan(scan.scannedAt, scan),
            uploadedAt(event),
          );
          if (outcome !== 'refused' && outcome !== 'exit') entries.push(outcome);
          enrollment = upload(event, enrollment, scan);
        }
        expect(entries.indexOf('first')).toBe(entries.length > 0 ? 0 : -1);
        expect(entries.lastIndexOf('first')).toBe(entries.length > 0 ? 0 : -1);
      }),
    );
  });
});

describe('whatever happens to an enrollment', () => {
  type Step = (event: EventPolicy, enrollment: Enrollment) => { enrollment: Enrollment; move: Move | null };

  const anyStep = (event: EventPolicy): fc.Arbitrary<Step> =>
    fc.oneof(
      anyScan(event).map(
        (scan): Step =>
          (policy, enrollment) => {
            const decision = decideCheckIn(
              policy,
              enrollment,
              aScan(scan.scannedAt, scan),
              uploadedAt(policy),
            );
            if (decision.outcome === 'refused') return { enrollment, move: null };
            return {
              enrollment: addCheckIn(enrollment, written(policy, enrollment, decision.day, scan)),
              move: decision.move,
            };
          },
      ),
      fc.constant<Step>((policy, enrollment) => ({
        enrollment,
        move: decideClosure(policy, enrollment).move,
      })),
      fc
        .record({
          to: fc.constantFrom('attended', 'checked_in'),
          day: fc.constantFrom(null, ...eventDays(event)),
        })
        .map(
          (override): Step =>
            (policy, enrollment) => {
              const asked = { ...override, reason: 'by hand' };
              const decision = decideOverride(policy, enrollment, asked, policy.startsAt);
              if (decision.outcome === 'refused') return { enrollment, move: null };
              if (decision.day === null) return { enrollment, move: decision.move };
              const scan: ScanMade = { scannedAt: policy.startsAt, direction: 'entry', turnedAway: false };
              const checkIn = {
                ...written(policy, enrollment, decision.day, scan),
                source: 'override' as const,
              };
              return { enrollment: addCheckIn(enrollment, checkIn), move: decision.move };
            },
        ),
      fc.record({ role: fc.constantFrom('front_desk', 'supervisor', 'admin'), pick: fc.nat(11) }).map(
        ({ role, pick }): Step =>
          (policy, enrollment) => {
            const checkInId = `check-in-${pick}`;
            const annulment = { checkInId, reason: 'not them', by: { role, deviceId: 'device-a' } };
            const decision = decideAnnulment(policy, enrollment, annulment, uploadedAt(policy));
            if (decision.outcome === 'refused') return { enrollment, move: null };
            return {
              enrollment: annulCheckIn(enrollment, checkInId, uploadedAt(policy)),
              move: decision.move,
            };
          },
      ),
      anyRequirement(eventDays(event).length).map(
        (requirement): Step =>
          (policy, enrollment) => {
            // A corrected requirement holds from here on.
            policy.requirement = requirement;
            return { enrollment, move: decideCorrection(policy, enrollment, 'corrected').move };
          },
      ),
      {
        weight: 1,
        arbitrary: fc.constantFrom('admin', 'participant').map(
          (by): Step =>
            (policy, enrollment) => {
              const decision = decideCancellation(policy, enrollment, { reason: 'ill', by });
              return { enrollment, move: decision.outcome === 'refused' ? null : decision.move };
            },
        ),
      },
    );

  it('each change is in the table of moves, the version counts them, and the status fits the evidence', () => {
    fc.assert(
      fc.property(
        anyPolicy.chain((event) =>
          fc.tuple(fc.constant(event), fc.array(anyStep(event), { maxLength: 15, size: 'max' })),
        ),
        ([policy, steps]) => {
          const event = { ...policy };
          let { enrollment } = enroll('participant');
          let transitions = 1;
          for (const step of steps) {
            const next = step(event, enrollment);
            enrollment = moved(next.enrollment, next.move);
            if (next.move) {
              transitions += 1;
              expect(isMove(next.move.from, next.move.to, next.move.triggeredBy)).toBe(true);
            }
            expect(enrollment.version).toBe(transitions);
            expectStatusToFit(event, enrollment);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  function expectStatusToFit(event: EventPolicy, enrollment: Enrollment): void {
    const entries = enrollment.checkIns.filter(
      ({ direction, annulledAt }) => direction === 'entry' && annulledAt === null,
    );
    const { met, presentDays } = evaluate(event, enrollment.checkIns);
    switch (enrollment.status) {
      case 'confirmed':
        expect(entries).toEqual([]);
        break;
      case 'checked_in':
        expect(entries).not.toEqual([]);
        break;
      case 'attended':
        if (enrollment.verdictBy === 'rule') expect(met).toBe(true);
        break;
      case 'no_show':
        expect(enrollment.verdictBy).toBe('rule');
        expect(met).toBe(false);
        break;
      case 'cancelled':
        break;
    }
    expect(presentDays.length).toBeLessThanOrEqual(eventDays(event).length);
  }
});

describe('a move decided on other facts', () => {
  it('is not applied', () => {
    const { enrollment, move } = enroll('admin');
    expect(() => applyMove(enrollment, move)).toThrow('cannot be applied');
  });
});
