import { z } from 'zod';
import { id, instantOut } from '../primitives.ts';

export const deliveryStatus = z.enum(['pending', 'sent', 'failed']);

export const deliveriesQuery = { enrollmentId: id.optional(), status: deliveryStatus.optional() };

/** What was or will be sent to one person because of one event. */
export const deliveryBody = z
  .strictObject({
    id: z.uuid(),
    messageId: z.uuid(),
    eventId: z.uuid(),
    enrollmentId: z.uuid(),
    channel: z.enum(['email', 'log']),
    template: z.string(),
    status: deliveryStatus,
    attempts: z.int(),
    lastError: z.string().nullable(),
    nextAttemptAt: instantOut.nullable(),
    createdAt: instantOut,
    sentAt: instantOut.nullable(),
  })
  .meta({ id: 'Delivery' });

export type DeliveryBody = z.infer<typeof deliveryBody>;
