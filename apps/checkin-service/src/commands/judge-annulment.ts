import { applyMove } from '@turnout/attendance/apply-move';
import { type Annulment, type AnnulmentRefusal, decideAnnulment } from '@turnout/attendance/decide-annulment';
import { type CheckIn, annulCheckIn as withoutCheckIn } from '@turnout/attendance/enrollment';
import type { Fact } from '@turnout/attendance-store/fact';
import type { StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';

export type JudgedAnnulment =
  | { outcome: 'annulled'; fact: Fact; checkIn: CheckIn; enrollment: StoredEnrollment }
  | { outcome: 'refused'; refusal: AnnulmentRefusal };

/** Decides whether a check-in is annulled, and what its enrollment is after that. */
export function judgeAnnulment(
  event: StoredEvent,
  enrollment: StoredEnrollment,
  annulment: Annulment,
  now: Date,
): JudgedAnnulment {
  const decision = decideAnnulment(event, enrollment, annulment, now);
  if (decision.outcome === 'refused') return { outcome: 'refused', refusal: decision.refusal };
  const { checkInId, reason } = annulment;
  const { move } = decision;
  const left = withoutCheckIn(enrollment, checkInId, now);
  const checkIn = left.checkIns.find(({ id }) => id === checkInId);
  if (!checkIn) throw new Error(`check-in ${checkInId} was decided about and is not there`);
  return {
    outcome: 'annulled',
    fact: { kind: 'annulled', checkIn, reason, move },
    checkIn,
    enrollment: move ? applyMove(left, move) : left,
  };
}
