import { applyMove } from '@turnout/attendance/apply-move';
import { decideCheckIn } from '@turnout/attendance/decide-check-in';
import { addCheckIn } from '@turnout/attendance/enrollment';
import { isPaid } from '@turnout/attendance/order';
import type { NewCheckIn } from '@turnout/attendance-store/stored';
import { newId } from '@turnout/runtime/ids';
import { acceptedAnswer } from '../answers/scan-answers.ts';
import { type Judgement, refuse, type Visit } from './judgement.ts';

/** Decides whether a scan is a check-in, and answers it. */
export function judgeCheckIn(visit: Visit<'check_in'>): Judgement {
  const { event, now, enrollment, submitted } = visit;
  const { scan, principal, context } = submitted;
  const made = {
    scannedAt: scan.scannedAt ?? now,
    direction: scan.direction,
    station: scan.station ?? principal.station,
    deviceId: principal.tokenId,
    orderPaid: isPaid(enrollment.order),
    admitUnpaid: scan.admitUnpaid,
  };
  const decision = decideCheckIn(event, enrollment, made, now);
  if (decision.outcome === 'refused') return refuse(decision.refusal, visit);

  const checkIn: NewCheckIn = {
    id: newId(),
    day: decision.day,
    scannedAt: made.scannedAt,
    recordedAt: now,
    station: made.station,
    direction: made.direction,
    source: 'scan',
    deviceId: made.deviceId,
    annulledAt: null,
    turnedAway: scan.deviceDecision === 'turned_away',
    scanId: scan.scanId,
  };
  const { outcome, move } = decision;
  const present = addCheckIn(enrollment, checkIn);
  const after = move ? applyMove(present, move) : present;
  return {
    answer: acceptedAnswer(outcome, checkIn, after, event, decision.previous),
    refusal: null,
    accepted: { enrollment: after, fact: { kind: 'checked_in', checkIn, outcome, move, by: context } },
  };
}
