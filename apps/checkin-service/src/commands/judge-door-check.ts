import { type Door, decideDoorCheck } from '@turnout/attendance/decide-door-check';
import type { NewDoorCheck } from '@turnout/attendance-store/stored';
import { newId } from '@turnout/runtime/ids';
import { doorCheckAnswer } from '../answers/product-answers.ts';
import { type Judgement, refuse, type Visit } from './judgement.ts';

/** Decides whether a scan admits its holder to the room or sub-event of a product, and answers it. */
export function judgeDoorCheck(visit: Visit<'door_check'>, door: Door): Judgement {
  const { event, now, enrollment, submitted } = visit;
  const { scan, principal, context } = submitted;
  const decision = decideDoorCheck(event, enrollment, door);
  if (decision.outcome === 'refused') return refuse(decision.refusal, visit);

  const doorCheck: NewDoorCheck = {
    id: newId(),
    productId: scan.productId,
    scanId: scan.scanId,
    station: scan.station ?? principal.station,
    deviceId: principal.tokenId,
    recordedAt: now,
  };
  return {
    answer: doorCheckAnswer(decision, doorCheck, enrollment, event),
    refusal: null,
    accepted: { enrollment, fact: { kind: 'door_checked', doorCheck, move: null, by: context } },
  };
}
