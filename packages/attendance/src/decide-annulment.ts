import { annulCheckIn, type CheckIn, type Enrollment, provesPresence } from './enrollment.ts';
import type { EventPolicy } from './event.ts';
import type { Move } from './moves.ts';
import { type Refused, refused } from './refused.ts';
import { evaluate, evidenceOf } from './requirement.ts';

/** How long a front-desk device may annul its own scan, from `recordedAt`, by the server's time. */
export const ANNULMENT_WINDOW_MS = 15 * 60_000;

/**
 * Annuls one check-in: it is kept and stops counting. The front desk may annul its own recent scans, as long as that
 * takes nobody's verdict away; a supervisor or an admin any scan, any time. A verdict given by an override stands.
 */
export function decideAnnulment(
  event: EventPolicy,
  enrollment: Enrollment,
  annulment: Annulment,
  now: Date,
): AnnulmentDecision {
  const checkIn = enrollment.checkIns.find(({ id }) => id === annulment.checkInId);
  if (!checkIn) return refused({ code: 'check_in_not_found' });
  const atDesk = annulment.by.role === 'front_desk';
  if (atDesk && !isOwnScan(checkIn, annulment.by.deviceId)) return refused({ code: 'not_own_check_in' });
  if (checkIn.annulledAt) return refused({ code: 'already_annulled', annulledAt: checkIn.annulledAt });
  const endedAt = new Date(checkIn.recordedAt.getTime() + ANNULMENT_WINDOW_MS);
  if (atDesk && now > endedAt) return refused({ code: 'annulment_window_over', endedAt });

  const move = moveWithout(event, annulCheckIn(enrollment, checkIn.id, now), annulment);
  if (atDesk && move?.to === 'no_show') return refused({ code: 'supervisor_required' });
  return { outcome: 'annulled', move };
}

/** The move that follows from what is left. */
function moveWithout(event: EventPolicy, left: Enrollment, annulment: Annulment): Move | null {
  const evaluation = evaluate(event, left.checkIns);
  const facts = {
    triggeredBy: annulment.by.role === 'admin' ? 'admin' : 'front_desk',
    code: 'check_in_annulled',
    reason: annulment.reason,
    evidence: evidenceOf(evaluation),
  } as const;
  switch (left.status) {
    case 'checked_in':
      return left.checkIns.some(provesPresence)
        ? null
        : { from: 'checked_in', to: 'confirmed', ...facts, verdictBy: null };
    case 'attended':
      return left.verdictBy === 'override' || evaluation.met
        ? null
        : { from: 'attended', to: 'no_show', ...facts, verdictBy: 'rule' };
    case 'confirmed':
    case 'no_show':
    case 'cancelled':
      return null;
  }
}

function isOwnScan(checkIn: CheckIn, deviceId: string | null): boolean {
  return checkIn.source === 'scan' && checkIn.deviceId !== null && checkIn.deviceId === deviceId;
}

export interface Annulment {
  checkInId: string;
  reason: string;
  /** A supervisor works at the front desk, and is `front_desk` in the audit row. */
  by: { role: 'front_desk' | 'supervisor' | 'admin'; deviceId: string | null };
}

export type AnnulmentDecision = { outcome: 'annulled'; move: Move | null } | Refused<AnnulmentRefusal>;

export type AnnulmentRefusal =
  | { code: 'check_in_not_found' }
  | { code: 'not_own_check_in' }
  | { code: 'already_annulled'; annulledAt: Date }
  | { code: 'annulment_window_over'; endedAt: Date }
  | { code: 'supervisor_required' };
