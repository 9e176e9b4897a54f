import type { DayEvidence, Enrollment } from './enrollment.ts';
import type { EventPolicy } from './event.ts';
import type { Move } from './moves.ts';
import { evaluate, evidenceOf } from './requirement.ts';

/**
 * A scan of the event that reached us after its closure: a no-show who now meets the requirement has attended. Stays
 * quiet when it is not enough yet, and when the verdict was an override's. `checkIns` includes the late one.
 */
export function decideLateEvidence(
  event: EventPolicy,
  enrollment: Enrollment,
  checkIns: readonly DayEvidence[],
): Move | null {
  if (enrollment.status !== 'no_show' || enrollment.verdictBy !== 'rule') return null;
  const evaluation = evaluate(event, checkIns);
  if (!evaluation.met) return null;
  return {
    from: 'no_show',
    to: 'attended',
    triggeredBy: 'system',
    code: 'late_evidence',
    reason: 'late_evidence',
    evidence: evidenceOf(evaluation),
    verdictBy: 'rule',
  };
}
