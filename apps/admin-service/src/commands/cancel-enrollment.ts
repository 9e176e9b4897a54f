import type { Principal } from '@turnout/access/principal';
import { decideCancellation } from '@turnout/attendance/decide-cancellation';
import type { IllegalTransition } from '@turnout/attendance/refused';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import type { Db } from '@turnout/runtime/postgres';
import { contextOf } from './change-context.ts';

export interface CancellationCommand {
  principal: Principal;
  eventId: string;
  enrollmentId: string;
  reason: string;
  requestId: string;
}

export type CancelledEnrollment =
  | { outcome: 'cancelled' }
  | { outcome: 'refused'; refusal: IllegalTransition };

/** Cancels one enrollment. Answers null when the organization's event has no such enrollment. */
export async function cancelEnrollment(
  db: Db,
  { principal, eventId, enrollmentId, reason, requestId }: CancellationCommand,
): Promise<CancelledEnrollment | null> {
  const { organizationId } = principal;
  const [cancelled] = await changeEnrollments(
    db,
    { by: 'enrollments', organizationId, eventId, enrollmentIds: [enrollmentId] },
    each<CancelledEnrollment>((enrollment, event) => {
      const decision = decideCancellation(event, enrollment, { reason, by: 'admin' });
      if (decision.outcome === 'refused') return { facts: [], result: decision };
      return { facts: [{ kind: 'moved', move: decision.move }], result: { outcome: 'cancelled' } };
    }),
    contextOf(principal, requestId),
  );
  return cancelled ?? null;
}
