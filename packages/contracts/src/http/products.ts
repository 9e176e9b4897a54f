import { z } from 'zod';
import { id, line, scannedCode } from '../primitives.ts';

/** `POST /v1/events/{eventId}/redemptions`: uses up one unit of a line item. */
export const redemptionRequest = z
  .strictObject({ scanId: id, accessCode: scannedCode, lineItemId: id, station: line(100).optional() })
  .meta({ id: 'RedemptionRequest' });

export type RedemptionRequest = z.infer<typeof redemptionRequest>;

/** `POST /v1/events/{eventId}/door-checks`: admission to one room or sub-event by a product. */
export const doorCheckRequest = z
  .strictObject({ scanId: id, accessCode: scannedCode, productId: id, station: line(100).optional() })
  .meta({ id: 'DoorCheckRequest' });

export type DoorCheckRequest = z.infer<typeof doorCheckRequest>;
