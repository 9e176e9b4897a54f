import { decideRedemption } from '@turnout/attendance/decide-redemption';
import type { NewRedemption } from '@turnout/attendance-store/stored';
import { newId } from '@turnout/runtime/ids';
import { redeemedAnswer } from '../answers/product-answers.ts';
import { type Judgement, refuse, type Visit } from './judgement.ts';

/** Decides whether a scan uses up a unit of what its holder bought, and answers it. */
export function judgeRedemption(visit: Visit<'redemption'>): Judgement {
  const { event, now, enrollment, submitted } = visit;
  const { scan, principal, context } = submitted;
  const decision = decideRedemption(event, enrollment, scan);
  if (decision.outcome === 'refused') return refuse(decision.refusal, visit);

  const redemption: NewRedemption = {
    id: newId(),
    lineItemId: scan.lineItemId,
    scanId: scan.scanId,
    station: scan.station ?? principal.station,
    deviceId: principal.tokenId,
    recordedAt: now,
  };
  const after = { ...enrollment, order: decision.order };
  return {
    answer: redeemedAnswer(redemption, decision.lineItem, after, event),
    refusal: null,
    accepted: { enrollment: after, fact: { kind: 'redeemed', redemption, move: null, by: context } },
  };
}
