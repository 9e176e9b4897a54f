import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import { applyMove } from '@turnout/attendance/apply-move';
import { type AnnulmentRefusal, decideAnnulment } from '@turnout/attendance/decide-annulment';
import { type CheckIn, annulCheckIn as withoutCheckIn } from '@turnout/attendance/enrollment';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import { findEnrollmentOfCheckIn } from '@turnout/attendance-store/door/find-enrollment-of-check-in';
import type { StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import type { Db } from '@turnout/runtime/postgres';
import { auditAnnulments } from './audit-annulments.ts';

export interface AnnulmentCommand {
  principal: Principal;
  eventId: string;
  checkInId: string;
  reason: string;
  requestId: string;
}

export type Annulled =
  | { outcome: 'annulled'; event: StoredEvent; enrollment: StoredEnrollment; checkIn: CheckIn }
  | { outcome: 'refused'; event: StoredEvent; refusal: AnnulmentRefusal };

/** Annuls one check-in. Returns null when the organization has no such check-in in this event. */
export async function annulCheckIn(db: Db, command: AnnulmentCommand): Promise<Annulled | null> {
  const { principal, eventId, checkInId, reason, requestId } = command;
  const { organizationId, tokenId } = principal;
  const enrollmentId = await findEnrollmentOfCheckIn(db, organizationId, eventId, checkInId);
  if (enrollmentId === null) return null;
  const by = { role: deskRole(principal), deviceId: tokenId };

  const context = { actor: actorOf(principal), cause: requestId };
  const decide = each<Annulled>((enrollment, event, now) => {
    const decision = decideAnnulment(event, enrollment, { checkInId, reason, by }, now);
    if (decision.outcome === 'refused') {
      return { facts: [], result: { outcome: 'refused', event, refusal: decision.refusal } };
    }
    const { move } = decision;
    const left = withoutCheckIn(enrollment, checkInId, now);
    const checkIn = left.checkIns.find(({ id }) => id === checkInId);
    if (!checkIn) throw new Error(`check-in ${checkInId} was decided about and is not there`);
    return {
      facts: [{ kind: 'annulled', checkIn, reason, move }],
      result: {
        outcome: 'annulled',
        event,
        enrollment: move ? applyMove(left, move) : left,
        checkIn,
      },
    };
  });
  const [annulled] = await changeEnrollments(
    db,
    { by: 'enrollments', organizationId, eventId, enrollmentIds: [enrollmentId] },
    (batch) => auditAnnulments(decide(batch), { organizationId, eventId }, context),
    context,
  );
  return annulled ?? null;
}

/** Routes let nobody else annul. */
export function deskRole({ role }: Principal): 'front_desk' | 'supervisor' | 'admin' {
  return role === 'auditor' ? 'front_desk' : role;
}
