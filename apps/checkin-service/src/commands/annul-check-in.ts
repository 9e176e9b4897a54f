import type { Principal } from '@turnout/access/principal';
import type { AnnulmentRefusal } from '@turnout/attendance/decide-annulment';
import type { CheckIn } from '@turnout/attendance/enrollment';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import { findEnrollmentOfCheckIn } from '@turnout/attendance-store/door/find-enrollment-of-check-in';
import type { StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import type { Db } from '@turnout/runtime/postgres';
import { judgeAnnulment } from './judge-annulment.ts';

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
  const { organizationId, tokenId, label } = principal;
  const enrollmentId = await findEnrollmentOfCheckIn(db, organizationId, eventId, checkInId);
  if (enrollmentId === null) return null;
  const by = { role: deskRole(principal), deviceId: tokenId };

  const [annulled] = await changeEnrollments(
    db,
    { by: 'enrollments', organizationId, eventId, enrollmentIds: [enrollmentId] },
    each<Annulled>((enrollment, event, now) => {
      const judged = judgeAnnulment(event, enrollment, { checkInId, reason, by }, now);
      if (judged.outcome === 'refused') return { facts: [], result: { ...judged, event } };
      const { fact, checkIn, enrollment: after } = judged;
      return { facts: [fact], result: { outcome: 'annulled', event, enrollment: after, checkIn } };
    }),
    { actor: { type: 'token', id: tokenId, label }, cause: requestId },
  );
  return annulled ?? null;
}

/** Routes let nobody else annul. */
export function deskRole({ role }: Principal): 'front_desk' | 'supervisor' | 'admin' {
  return role === 'auditor' ? 'front_desk' : role;
}
