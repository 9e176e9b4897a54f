import { z } from 'zod';
import { id, instantOut, line, scannedCode } from '../primitives.ts';
import { enrollmentAtTheDoor, previousCheckIn } from './check-ins.ts';

export const productKind = z.enum(['ticket', 'addon']);

/** What is left of what someone bought. */
export const lineItemBody = z
  .strictObject({
    lineItemId: z.uuid(),
    productId: z.uuid(),
    name: z.string(),
    kind: productKind,
    quantity: z.int().min(1),
    redeemed: z.int().min(0),
    remaining: z.int().min(0),
  })
  .meta({ id: 'LineItem' });

export type LineItemBody = z.infer<typeof lineItemBody>;

/** `GET /v1/events/{eventId}/attendees/{accessCode}/products`. */
export const attendeeProducts = z
  .strictObject({ items: z.array(lineItemBody) })
  .meta({ id: 'AttendeeProducts' });

export type AttendeeProducts = z.infer<typeof attendeeProducts>;

/** `POST /v1/events/{eventId}/redemptions`: uses up one unit of a line item. */
export const redemptionRequest = z
  .strictObject({ scanId: id, accessCode: scannedCode, lineItemId: id, station: line(100).optional() })
  .meta({ id: 'RedemptionRequest' });

export type RedemptionRequest = z.infer<typeof redemptionRequest>;

/** `lineItem` is as it is after this redemption. */
export const redemptionAccepted = z
  .strictObject({
    outcome: z.literal('redeemed'),
    redemption: z.strictObject({ id: z.uuid(), recordedAt: instantOut, station: z.string().nullable() }),
    lineItem: lineItemBody,
    enrollment: enrollmentAtTheDoor,
  })
  .meta({ id: 'RedemptionAccepted' });

export type RedemptionAccepted = z.infer<typeof redemptionAccepted>;

/** `POST /v1/events/{eventId}/door-checks`: admission to one room or sub-event by a product. */
export const doorCheckRequest = z
  .strictObject({ scanId: id, accessCode: scannedCode, productId: id, station: line(100).optional() })
  .meta({ id: 'DoorCheckRequest' });

export type DoorCheckRequest = z.infer<typeof doorCheckRequest>;

/** `previous` is the latest earlier door check of this ticket for this product. */
export const doorCheckAccepted = z
  .strictObject({
    outcome: z.enum(['first', 're_entry']),
    doorCheck: z.strictObject({ id: z.uuid(), recordedAt: instantOut, station: z.string().nullable() }),
    product: z.strictObject({ productId: z.uuid(), name: z.string(), kind: productKind }),
    enrollment: enrollmentAtTheDoor,
    previous: previousCheckIn.nullable(),
  })
  .meta({ id: 'DoorCheckAccepted' });

export type DoorCheckAccepted = z.infer<typeof doorCheckAccepted>;

/** `POST /v1/events/{eventId}/products`: something that is sold for an event. */
export const createProductRequest = z
  .strictObject({ name: line(200), kind: productKind })
  .meta({ id: 'CreateProductRequest' });

export type CreateProductRequest = z.infer<typeof createProductRequest>;

export const productBody = z
  .strictObject({
    id: z.uuid(),
    eventId: z.uuid(),
    name: z.string(),
    kind: productKind,
    createdAt: instantOut,
  })
  .meta({ id: 'Product' });

export type ProductBody = z.infer<typeof productBody>;
