import { recordActions } from '@turnout/access/record-actions';
import type { Decision } from '@turnout/attendance-store/change-enrollments';
import type { ChangeContext } from '@turnout/attendance-store/stored';

/**
 * A decision, with what it annuls in the audit trail too: one that changes no status would not be there. The reason stays
 * with the check-in, where an erasure of the person can take it away.
 */
export function auditAnnulments<Result>(
  decision: Decision<Result>,
  event: { organizationId: string; eventId: string },
  { actor, cause }: ChangeContext,
): Decision<Result> {
  const actions = decision.changes.flatMap(({ enrollment, facts }) =>
    facts.flatMap((fact) => {
      if (fact.kind !== 'annulled') return [];
      const details = { checkInId: fact.checkIn.id, day: fact.checkIn.day };
      return [{ ...event, action: 'check_in.annulled', actor, subjectId: enrollment.id, details, cause }];
    }),
  );
  return { ...decision, alongside: (tx) => recordActions(tx, actions) };
}
