import type { Principal } from '@turnout/access/principal';
import { type Action, recordActions } from '@turnout/access/record-actions';
import { changeEnrollments } from '@turnout/attendance-store/change-enrollments';
import { takenCodes } from '@turnout/attendance-store/enrolling/find-taken';
import { newAccessCode } from '@turnout/attendance-store/enrolling/new-access-code';
import type { Badge } from '@turnout/attendance-store/fact';
import type { StoredEnrollment } from '@turnout/attendance-store/stored';
import { type Db, isUniqueViolation } from '@turnout/runtime/postgres';
import { contextOf } from './change-context.ts';

export interface BadgeCommand {
  principal: Principal;
  eventId: string;
  enrollmentId: string;
  requestId: string;
}

export type ChangedBadge =
  | { outcome: 'changed' }
  | {
      outcome: 'refused';
      refusal: { code: 'access_code_taken' } | { code: 'enrollment_cancelled'; cancelledAt: Date | null };
    };

/**
 * Gives an enrollment another ticket type. Answers null when the organization's event has no such enrollment; here as
 * below.
 */
export async function changeTicketType(
  db: Db,
  command: BadgeCommand & { ticketType: string | null },
): Promise<ChangedBadge | null> {
  const { ticketType } = command;
  return await changeBadge(db, command, (enrollment) => ({
    badge: { accessCode: enrollment.accessCode, ticketType },
    action: 'enrollment.ticket_type_changed',
    details: { from: enrollment.ticketType, to: ticketType },
  }));
}

/**
 * Gives an enrollment another access code: the one that was sent, or a new one. The one it had is void from then on,
 * for everybody and for good.
 */
export async function reissueAccessCode(
  db: Db,
  command: BadgeCommand & { accessCode: string | null },
): Promise<ChangedBadge | null> {
  const { eventId, accessCode } = command;
  // Of a code that somebody has the unique key tells as well; that one was withdrawn is only to be seen here. A code is
  // withdrawn by whoever has it, so one that nobody has now is not withdrawn later.
  const taken = accessCode === null ? new Set() : await takenCodes(db, eventId, [accessCode]);
  try {
    return await changeBadge(db, command, (enrollment) => {
      if (enrollment.status === 'cancelled') {
        return { code: 'enrollment_cancelled', cancelledAt: enrollment.cancelledAt };
      }
      if (accessCode !== enrollment.accessCode && taken.has(accessCode)) return { code: 'access_code_taken' };
      return {
        badge: { accessCode: accessCode ?? newAccessCode(), ticketType: enrollment.ticketType },
        action: 'enrollment.access_code_reissued',
        details: {}, // never the code: who reads the audit must not get in by it
      };
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return { outcome: 'refused', refusal: { code: 'access_code_taken' } };
  }
}

type Wanted = { badge: Badge } & Pick<Action, 'action' | 'details'>;
type Refusal = Extract<ChangedBadge, { outcome: 'refused' }>['refusal'];

/** What is as it is to be already is no change, and is not written down. */
async function changeBadge(
  db: Db,
  { principal, eventId, enrollmentId, requestId }: BadgeCommand,
  decide: (enrollment: StoredEnrollment) => Wanted | Refusal,
): Promise<ChangedBadge | null> {
  const { organizationId } = principal;
  const context = contextOf(principal, requestId);
  return await changeEnrollments<ChangedBadge | null>(
    db,
    { by: 'enrollments', organizationId, eventId, enrollmentIds: [enrollmentId] },
    ({ enrollments: [enrollment] }) => {
      if (!enrollment) return { changes: [], result: null };
      const decision = decide(enrollment);
      if ('code' in decision) return { changes: [], result: { outcome: 'refused', refusal: decision } };
      const { badge, ...done } = decision;
      const result: ChangedBadge = { outcome: 'changed' };
      const { accessCode, ticketType } = enrollment;
      if (badge.accessCode === accessCode && badge.ticketType === ticketType) return { changes: [], result };
      const { actor } = context;
      const action = { ...done, organizationId, actor, eventId, subjectId: enrollmentId, cause: requestId };
      return {
        changes: [{ enrollment, facts: [{ kind: 'badge_changed', badge, move: null }] }],
        result,
        alongside: (tx) => recordActions(tx, [action]),
      };
    },
    context,
  );
}
