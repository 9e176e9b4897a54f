import { applyMove } from './apply-move.ts';
import { type Annulment, type AnnulmentRefusal, decideAnnulment } from './decide-annulment.ts';
import { type CheckIn, type Enrollment, provesPresence } from './enrollment.ts';
import type { EventPolicy } from './event.ts';
import type { Move } from './moves.ts';
import type { Refused } from './refused.ts';

/**
 * Annuls several check-ins of one enrollment, each as `decideAnnulment` would after the ones before it; the first that
 * is refused refuses all.
 *
 * The rule asks on which days somebody was there, so each is decided beside one other proof of each day instead of all
 * of them: a badge that was scanned thousands of times would otherwise be walked through as often.
 */
export function decideAnnulments<E extends Enrollment>(
  event: EventPolicy,
  enrollment: E,
  annulments: readonly Annulment[],
  now: Date,
): AnnulmentsDecision<E> {
  const known = new Map(enrollment.checkIns.map((checkIn) => [checkIn.id, checkIn]));
  const proofs = proofsByDay(enrollment.checkIns);
  const moves: (Move | null)[] = [];
  let moved = enrollment;
  for (const annulment of annulments) {
    const checkIn = known.get(annulment.checkInId);
    const others = [...proofs.values()].flatMap((ofDay) => anotherThan(checkIn, ofDay));
    const narrowed: Enrollment = { ...moved, checkIns: checkIn ? [checkIn, ...others] : others };
    const decision = decideAnnulment(event, narrowed, annulment, now);
    if (decision.outcome === 'refused') return decision;
    if (!checkIn) throw new Error(`check-in ${annulment.checkInId} was decided about and is not there`);
    const { move } = decision;
    moves.push(move);
    if (move) moved = applyMove(moved, move);
    proofs.get(checkIn.day)?.delete(checkIn);
    known.set(checkIn.id, { ...checkIn, annulledAt: now });
  }
  return { outcome: 'annulled', moves, left: { ...moved, checkIns: [...known.values()] } };
}

function proofsByDay(checkIns: readonly CheckIn[]): Map<string, Set<CheckIn>> {
  const proofs = new Map<string, Set<CheckIn>>();
  for (const checkIn of checkIns.filter(provesPresence)) {
    const ofDay = proofs.get(checkIn.day) ?? new Set();
    proofs.set(checkIn.day, ofDay.add(checkIn));
  }
  return proofs;
}

function anotherThan(checkIn: CheckIn | undefined, ofDay: ReadonlySet<CheckIn>): CheckIn[] {
  for (const proof of ofDay) if (proof !== checkIn) return [proof];
  return [];
}

/** A move or null for each annulment, and the enrollment as all of them leave it. */
export type AnnulmentsDecision<E extends Enrollment> =
  | { outcome: 'annulled'; moves: (Move | null)[]; left: E }
  | Refused<AnnulmentRefusal>;
