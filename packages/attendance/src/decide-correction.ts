import type { DayEvidence, Enrollment } from './enrollment.ts';
import type { EventPolicy } from './event.ts';
import type { Move } from './moves.ts';
import { evaluate, evidenceOf } from './requirement.ts';

/**
 * The days or the requirement of a closed event were corrected: a verdict that the rule gave follows the rule; one
 * given by an override stands. `event` is the corrected one. Undecided enrollments wait for closure.
 */
export function decideCorrection(
  event: EventPolicy,
  enrollment: Pick<Enrollment, 'status' | 'verdictBy'> & { checkIns: readonly DayEvidence[] },
  reason: string,
): { move: Move | null } {
  const { status, verdictBy } = enrollment;
  switch (status) {
    case 'attended':
    case 'no_show': {
      const evaluation = evaluate(event, enrollment.checkIns);
      const to = evaluation.met ? 'attended' : 'no_show';
      if (verdictBy !== 'rule' || to === status) return { move: null };
      return {
        move: {
          from: status,
          to,
          triggeredBy: 'admin',
          code: 'correction',
          reason,
          evidence: evidenceOf(evaluation),
          verdictBy: 'rule',
        },
      };
    }
    case 'confirmed':
    case 'checked_in':
    case 'cancelled':
      return { move: null };
  }
}
