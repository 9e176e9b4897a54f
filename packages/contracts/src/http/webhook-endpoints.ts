import { z } from 'zod';
import { publicEvent } from '../events/public-event.ts';
import { instantOut, line } from '../primitives.ts';

const publicEventType = z.enum(publicEvent.options.map(({ shape }) => shape.type.value));

/**
 * Where to, kept exactly as sent. Which schemes, hosts and ports are possible is for the notifier's settings to say.
 */
const webhookUrl = z
  .string()
  .max(2_000, 'must have at most 2000 characters')
  .refine(
    (text) => /^https?:\/\/[^\s\\\p{C}]+$/iu.test(text) && URL.canParse(text),
    'must be a URL like https://example.org/hooks',
  )
  .refine((text) => {
    const url = URL.parse(text);
    return url === null || (url.username === '' && url.password === '');
  }, 'must not carry a user name or password')
  .refine((text) => !text.includes('#'), 'must not have a fragment, which is never sent');

const eventTypes = z
  .array(publicEventType)
  .min(1, 'name at least one type, or leave it out for all')
  .refine((types) => new Set(types).size === types.length, 'must name each type once')
  .nullable();

export const createWebhookEndpointRequest = z
  .strictObject({
    url: webhookUrl,
    eventTypes: eventTypes.default(null),
    description: line(200).nullable().default(null),
  })
  .meta({ id: 'CreateWebhookEndpointRequest' });

export type CreateWebhookEndpointRequest = z.infer<typeof createWebhookEndpointRequest>;

/** Any subset of these; at least one. */
export const changeWebhookEndpointRequest = z
  .strictObject({ url: webhookUrl, eventTypes, description: line(200).nullable(), enabled: z.boolean() })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'name at least one field to change')
  .meta({ id: 'ChangeWebhookEndpointRequest', minProperties: 1 });

export type ChangeWebhookEndpointRequest = z.infer<typeof changeWebhookEndpointRequest>;

/** For so many hours the secrets from before sign as well; 0 ends them at once. */
export const rotateWebhookSecretRequest = z
  .strictObject({
    overlapHours: z
      .int('must be a whole number of hours')
      .min(0, 'must be at least 0')
      .max(168, 'must be at most 168, a week')
      .default(24),
  })
  .optional()
  .transform((sent) => sent ?? { overlapHours: 24 })
  .meta({ id: 'RotateWebhookSecretRequest' });

export const webhookEndpointBody = z
  .strictObject({
    id: z.uuid(),
    url: z.string(),
    /** Null is every type, also one that comes later. */
    eventTypes: z.array(publicEventType).nullable(),
    description: z.string().nullable(),
    enabled: z.boolean(),
    disabledAt: instantOut.nullable(),
    /** `request`: an admin did it; `gone`: it answered 410; `failing`: nothing was taken for five days. */
    disabledBecause: z.enum(['request', 'gone', 'failing']).nullable(),
    /** Since when every attempt has failed. */
    failingSince: instantOut.nullable(),
    createdAt: instantOut,
  })
  .meta({ id: 'WebhookEndpoint' });

export type WebhookEndpointBody = z.infer<typeof webhookEndpointBody>;

const secret = z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/);

/** A new endpoint, and the only time its secret is shown. */
export const createdWebhookEndpointBody = webhookEndpointBody
  .extend({ secret })
  .meta({ id: 'CreatedWebhookEndpoint' });

/** The new secret, shown this once, and until when those from before sign as well. */
export const rotatedWebhookSecretBody = z
  .strictObject({ secret, previousExpireAt: instantOut })
  .meta({ id: 'RotatedWebhookSecret' });
