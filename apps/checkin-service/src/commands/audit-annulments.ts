import { recordActions } from '@turnout/access/record-actions';
import type { Decision } from '@turnout/attendance-store/change-enrollments';
import type { ChangeContext } from '@turnout/attendance-store/stored';

/** A decision, with what it annuls in the audit trail too: most annulments change no status, and would not be there. */
export function auditAnnulments<Result>(
  decision: Decision<Result>,
  event: { organizationId: string; eventId: string },
  { actor, cause }: ChangeContext,
): Decision<Result> {
  const actions = decision.changes.flatMap(({ enrollment, facts }) =>
    facts.flatMap((fact) => {
      if (fact.kind !== 'annulled') return [];
      const { checkIn, reason } = fact;
      const details = { checkInId: checkIn.id, day: checkIn.day };
      return [
        { ...event, action: 'check_in.annulled', actor, subjectId: enrollment.id, reason, details, cause },
      ];
    }),
  );
  return { ...decision, alongside: (tx) => recordActions(tx, actions) };
}
