import { z } from 'zod';
import { id, instantOut } from '../primitives.ts';
import { lineItemBody } from './products.ts';

export const orderStatus = z.enum(['pending', 'paid', 'partially_refunded', 'refunded', 'cancelled']);

/**
 * `PUT /v1/events/{eventId}/enrollments/{enrollmentId}/order`: the whole order as it shall be, each product once. A
 * quantity of 0 is read and then refused, because what is wrong with it depends on what was redeemed.
 */
export const putOrderRequest = z
  .strictObject({
    status: orderStatus,
    lineItems: z
      .array(
        z.strictObject({
          productId: id,
          quantity: z
            .int('must be a whole number')
            .min(0, 'must be at least 1')
            .max(1_000_000, 'must be at most 1000000'),
        }),
      )
      .max(100, 'must have at most 100 line items'),
  })
  .meta({ id: 'PutOrderRequest' });

export type PutOrderRequest = z.infer<typeof putOrderRequest>;

/** What an enrollment has bought, and what of it was used. */
export const orderBody = z
  .strictObject({
    status: orderStatus,
    lineItems: z.array(lineItemBody),
    createdAt: instantOut,
    changedAt: instantOut,
  })
  .meta({ id: 'Order' });

export type OrderBody = z.infer<typeof orderBody>;
