import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import { decideAnnulments } from '@turnout/attendance/decide-annulments';
import type { CheckIn } from '@turnout/attendance/enrollment';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import { findCheckInsToAnnul, type ScansMade } from '@turnout/attendance-store/door/find-check-ins-to-annul';
import type { Fact } from '@turnout/attendance-store/fact';
import { findEvent } from '@turnout/attendance-store/find-event';
import type { StoredEnrollment } from '@turnout/attendance-store/stored';
import type { Db } from '@turnout/runtime/postgres';
import { deskRole } from './annul-check-in.ts';
import { auditAnnulments } from './audit-annulments.ts';

/** Check-ins in one undo, at most: what one transaction does well within the time of a request. */
export const MOST_CHECK_INS = 5_000;

export interface BulkAnnulmentCommand {
  principal: Principal;
  eventId: string;
  scans: ScansMade;
  reason: string;
  /** Decide, and write nothing. */
  dryRun: boolean;
  requestId: string;
}

/** One person, and which of their check-ins were annulled. */
export interface Undone {
  before: StoredEnrollment;
  after: StoredEnrollment;
  checkIns: CheckIn[];
}

export type AnnulledMany =
  | { outcome: 'annulled'; undone: Undone[] }
  | { outcome: 'refused'; refusal: { code: 'too_many_check_ins'; checkIns: number } };

/**
 * Annuls all check-ins of a device or station in a window: all of them or, when one cannot be, none. Returns null when
 * the organization has no such event.
 *
 * What is to be annulled is found in one snapshot and looked at again under the locks. A scan or an upload that commits
 * in between is left alone as a whole; what somebody else annulled in between was theirs.
 */
export async function annulMany(db: Db, command: BulkAnnulmentCommand): Promise<AnnulledMany | null> {
  const { principal, eventId, scans, reason, dryRun, requestId } = command;
  const { organizationId, tokenId } = principal;
  if (!(await findEvent(db, organizationId, eventId))) return null;
  const found = await findCheckInsToAnnul(db, eventId, scans, MOST_CHECK_INS);
  if (found.total > MOST_CHECK_INS) {
    return { outcome: 'refused', refusal: { code: 'too_many_check_ins', checkIns: found.total } };
  }
  const wanted = new Set(found.checkInIds);
  const by = { role: deskRole(principal), deviceId: tokenId };

  const context = { actor: actorOf(principal), cause: requestId };
  const decide = each<Undone>((before, event, now) => {
    const annulments = before.checkIns
      .filter(({ id, annulledAt }) => wanted.has(id) && annulledAt === null)
      .map(({ id }) => ({ checkInId: id, reason, by }));
    const decision = decideAnnulments(event, before, annulments, now);
    if (decision.outcome === 'refused') throw new Error(`an undo was refused: ${decision.refusal.code}`);
    const { moves, left } = decision;
    const leftById = new Map(left.checkIns.map((checkIn) => [checkIn.id, checkIn]));
    const checkIns = annulments.flatMap(({ checkInId }) => leftById.get(checkInId) ?? []);
    const facts = checkIns.map(
      (checkIn, index): Fact => ({ kind: 'annulled', checkIn, reason, move: moves[index] ?? null }),
    );
    return { facts: dryRun ? [] : facts, result: { before, after: left, checkIns } };
  });
  const undone = await changeEnrollments(
    db,
    { by: 'enrollments', organizationId, eventId, enrollmentIds: found.enrollmentIds },
    (batch) => auditAnnulments(decide(batch), { organizationId, eventId }, context),
    context,
  );
  return { outcome: 'annulled', undone: undone.filter(({ checkIns }) => checkIns.length > 0) };
}
