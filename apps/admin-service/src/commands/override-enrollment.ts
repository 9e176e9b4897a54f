import type { Principal } from '@turnout/access/principal';
import { decideOverride, type Override, type OverrideRefusal } from '@turnout/attendance/decide-override';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import type { Db } from '@turnout/runtime/postgres';
import { contextOf } from './change-context.ts';
import { overrideFact } from './override-fact.ts';

export interface OverrideCommand extends Override {
  principal: Principal;
  eventId: string;
  enrollmentId: string;
  requestId: string;
}

/** `version` is that of the transition which was written. */
export type Overridden =
  | { outcome: 'overridden'; version: number }
  | { outcome: 'refused'; refusal: OverrideRefusal };

/** Corrects the status of one enrollment. Answers null when the organization's event has no such enrollment. */
export async function overrideEnrollment(db: Db, command: OverrideCommand): Promise<Overridden | null> {
  const { principal, eventId, enrollmentId, requestId } = command;
  const { organizationId, tokenId } = principal;
  const [overridden] = await changeEnrollments(
    db,
    { by: 'enrollments', organizationId, eventId, enrollmentIds: [enrollmentId] },
    each<Overridden>((enrollment, event, now) => {
      const decision = decideOverride(event, enrollment, command, now);
      if (decision.outcome === 'refused') return { facts: [], result: decision };
      return {
        facts: [overrideFact(decision, tokenId, now)],
        result: { outcome: 'overridden', version: enrollment.version + 1 },
      };
    }),
    contextOf(principal, requestId),
  );
  return overridden ?? null;
}
