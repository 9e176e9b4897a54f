import type { DoorCheck, DoorCheckDecision } from '@turnout/attendance/decide-door-check';
import { type LineItem, remaining } from '@turnout/attendance/order';
import type { NewRedemption, StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import type { DoorCheckAccepted, LineItemBody, RedemptionAccepted } from '@turnout/contracts/http/products';
import { enrollmentAtTheDoor, previousBody } from './bodies.ts';
import type { ScanAnswer } from './scan-answers.ts';

/** @param lineItem as it is after the redemption */
export function redeemedAnswer(
  { id, recordedAt, station }: NewRedemption,
  lineItem: LineItem,
  enrollment: StoredEnrollment,
  event: StoredEvent,
): ScanAnswer {
  const body: RedemptionAccepted = {
    outcome: 'redeemed',
    redemption: { id, recordedAt: recordedAt.toISOString(), station },
    lineItem: lineItemBody(lineItem),
    enrollment: enrollmentAtTheDoor(enrollment, event),
  };
  return { status: 201, body };
}

/** The answer to an accepted door check. */
export function doorCheckAnswer(
  { outcome, product, previous }: Exclude<DoorCheckDecision, { outcome: 'refused' }>,
  doorCheck: DoorCheck,
  enrollment: StoredEnrollment,
  event: StoredEvent,
): ScanAnswer {
  const { id, recordedAt, station, deviceId } = doorCheck;
  const body: DoorCheckAccepted = {
    outcome,
    doorCheck: { id, recordedAt: recordedAt.toISOString(), station },
    product: { productId: product.id, name: product.name, kind: product.kind },
    enrollment: enrollmentAtTheDoor(enrollment, event),
    previous:
      previous &&
      previousBody({ ...previous, scannedAt: previous.recordedAt }, { scannedAt: recordedAt, deviceId }),
  };
  return { status: 201, body };
}

/** A line item with what is left of it. */
export function lineItemBody(lineItem: LineItem): LineItemBody {
  const { id, productId, name, kind, quantity, redeemed } = lineItem;
  return { lineItemId: id, productId, name, kind, quantity, redeemed, remaining: remaining(lineItem) };
}
