import { type CheckIn, type DayEvidence, type Enrollment, provesPresence } from './enrollment.ts';
import type { EventPolicy, Reentry } from './event.ts';
import { admissionStart, dayOf } from './event-days.ts';
import { decideLateEvidence } from './late-evidence.ts';
import type { Move } from './moves.ts';
import { previousCheckIn } from './previous-check-in.ts';
import { spentEntries } from './reentry.ts';
import { type Refused, refused } from './refused.ts';
import { evaluate, evidenceOf } from './requirement.ts';

/** How far a device's clock may be ahead of the server's. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/**
 * Admits a scan, or says why not; the first reason that applies is the answer. Presence is judged by `scannedAt`, so a
 * scan made in time and uploaded later is accepted, also after closure. `now` is the server's time.
 *
 * That a scan was seen before, and that its code is unknown, is found where scans are looked up, ahead of this.
 */
export function decideCheckIn(
  event: EventPolicy,
  enrollment: Enrollment,
  scan: Scan,
  now: Date,
): CheckInDecision {
  const { scannedAt } = scan;
  if (event.cancelledAt) return refused({ code: 'event_cancelled', cancelledAt: event.cancelledAt });
  if (enrollment.status === 'cancelled') {
    return refused({ code: 'enrollment_cancelled', cancelledAt: enrollment.cancelledAt });
  }
  if (scannedAt.getTime() > now.getTime() + CLOCK_TOLERANCE_MS) {
    return refused({ code: 'scanned_in_future', scannedAt, now });
  }
  const opensAt = admissionStart(event);
  if (scannedAt < opensAt) return refused({ code: 'not_open_yet', opensAt });
  if (scannedAt > event.endsAt) return refused({ code: 'event_ended', endedAt: event.endsAt });
  if (!scan.orderPaid && !scan.admitUnpaid) return refused({ code: 'order_unpaid' });

  const day = dayOf(event, scannedAt);
  const entries = enrollment.checkIns.filter(provesPresence);
  const previous = previousCheckIn(entries, scannedAt);
  if (scan.direction === 'exit') return { outcome: 'exit', day, previous, move: null };

  const spent = previousCheckIn(spentEntries(event, entries, day), scannedAt);
  if (spent) return refused({ code: 'already_checked_in', previous: spent, reentry: event.reentry });

  const move = moveOnEntry(event, enrollment, day);
  if (!previous) return { outcome: 'first', day, previous, move };
  const outcome = entries.some((entry) => entry.day === day) ? 're_entry' : 'new_day';
  return { outcome, day, previous, move };
}

function moveOnEntry(event: EventPolicy, enrollment: Enrollment, day: string): Move | null {
  const evidence: DayEvidence[] = [...enrollment.checkIns, { day, direction: 'entry', annulledAt: null }];
  switch (enrollment.status) {
    case 'confirmed':
      return {
        from: 'confirmed',
        to: 'checked_in',
        triggeredBy: 'front_desk',
        code: 'first_check_in',
        reason: 'first_check_in',
        evidence: evidenceOf(evaluate(event, evidence)),
        verdictBy: null,
      };
    case 'no_show':
      return decideLateEvidence(event, enrollment, evidence);
    case 'checked_in':
    case 'attended':
    case 'cancelled':
      return null;
  }
}

/** One attempt to check in, with what was looked up for it. */
export interface Scan {
  /** When it was made; the server's time where the device did not say. */
  scannedAt: Date;
  direction: 'entry' | 'exit';
  station: string | null;
  deviceId: string | null;
  /** Also true where the enrollment has no order. */
  orderPaid: boolean;
  /** A supervisor lets the person in all the same. */
  admitUnpaid: boolean;
}

/** `previous` is the entry this scan follows; annulled check-ins and exits count for none of the outcomes. */
export type CheckInDecision =
  | { outcome: 'first'; day: string; previous: null; move: Move | null }
  | { outcome: 'new_day' | 're_entry'; day: string; previous: CheckIn; move: Move | null }
  | { outcome: 'exit'; day: string; previous: CheckIn | null; move: null }
  | Refused<CheckInRefusal>;

export type CheckInRefusal =
  | { code: 'event_cancelled'; cancelledAt: Date }
  | { code: 'enrollment_cancelled'; cancelledAt: Date | null }
  | { code: 'scanned_in_future'; scannedAt: Date; now: Date }
  | { code: 'not_open_yet'; opensAt: Date }
  | { code: 'event_ended'; endedAt: Date }
  | { code: 'order_unpaid' }
  | { code: 'already_checked_in'; previous: CheckIn; reentry: Reentry };
