import { z } from 'zod';
import { id, instantOut } from '../primitives.ts';

export const deliveryStatus = z.enum(['pending', 'sent', 'failed']);
const deliveryChannel = z.enum(['email', 'log', 'webhook']);

export const deliveriesQuery = {
  enrollmentId: id.optional(),
  endpointId: id.optional(),
  channel: deliveryChannel.optional(),
  status: deliveryStatus.optional(),
};

/** What was or will be sent to one person, or to one webhook endpoint, because of one event. */
export const deliveryBody = z
  .strictObject({
    id: z.uuid(),
    messageId: z.uuid(),
    /** Of the event that is told of. */
    type: z.string(),
    eventId: z.uuid(),
    /** Null where the event as a whole is told of. */
    enrollmentId: z.uuid().nullable(),
    channel: deliveryChannel,
    /** The text a person gets; an endpoint gets the event itself. */
    template: z.string().nullable(),
    endpointId: z.uuid().nullable(),
    status: deliveryStatus,
    attempts: z.int(),
    lastError: z.string().nullable(),
    /** What the endpoint answered last, if it answered. */
    lastStatusCode: z.int().nullable(),
    nextAttemptAt: instantOut.nullable(),
    createdAt: instantOut,
    sentAt: instantOut.nullable(),
  })
  .meta({ id: 'Delivery' });

export type DeliveryBody = z.infer<typeof deliveryBody>;

/** One try to reach a webhook endpoint. What it answered beyond the status is not kept. */
export const deliveryAttemptBody = z
  .strictObject({
    attempt: z.int(),
    startedAt: instantOut,
    durationMs: z.int(),
    /** Null when there was no answer. */
    statusCode: z.int().nullable(),
    /** Null when it was taken. */
    error: z.string().nullable(),
    /** The token that asked for it to be sent again; null for what was tried by itself. */
    requestedBy: z.uuid().nullable(),
  })
  .meta({ id: 'DeliveryAttempt' });

export type DeliveryAttemptBody = z.infer<typeof deliveryAttemptBody>;
