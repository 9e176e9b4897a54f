import type { DayEvidence, Enrollment } from './enrollment.ts';
import type { EventPolicy } from './event.ts';
import type { Move } from './moves.ts';
import { type Evaluation, evaluate, evidenceOf } from './requirement.ts';

/**
 * The verdict of an ended event on one enrollment. Decided and cancelled enrollments are left alone, and so is everyone
 * of a cancelled event.
 */
export function decideClosure(
  event: EventPolicy,
  enrollment: Pick<Enrollment, 'status'> & { checkIns: readonly DayEvidence[] },
): { move: Move | null; evaluation: Evaluation } {
  const evaluation = evaluate(event, enrollment.checkIns);
  return { move: event.cancelledAt ? null : verdict(enrollment, evaluation), evaluation };
}

function verdict(enrollment: Pick<Enrollment, 'status'>, evaluation: Evaluation): Move | null {
  const byRule = { triggeredBy: 'system', evidence: evidenceOf(evaluation), verdictBy: 'rule' } as const;
  switch (enrollment.status) {
    case 'confirmed':
      return {
        from: 'confirmed',
        to: 'no_show',
        code: 'never_checked_in',
        reason: 'never_checked_in',
        ...byRule,
      };
    case 'checked_in':
      return evaluation.met
        ? {
            from: 'checked_in',
            to: 'attended',
            code: 'requirement_met',
            reason: 'requirement_met',
            ...byRule,
          }
        : {
            from: 'checked_in',
            to: 'no_show',
            code: 'requirement_not_met',
            reason: 'requirement_not_met',
            ...byRule,
          };
    case 'attended':
    case 'no_show':
    case 'cancelled':
      return null;
  }
}
