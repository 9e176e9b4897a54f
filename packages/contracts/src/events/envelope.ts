import { z } from 'zod';

/** Media type of every message: CloudEvents 1.0, structured mode, JSON. */
export const cloudEventsJson = 'application/cloudevents+json';

const uuid = z.uuid();

/**
 * A CloudEvents 1.0 envelope around `data`. Fields may be added within v1, so consumers let unknown ones pass.
 *
 * `id` is the same on every redelivery. `sequence` is the enrollment's version (for event-level facts: the number of
 * the closure); a consumer that sees an older one than it knows may drop it. `partitionkey` is the event id, by which
 * messages are in order.
 */
export function cloudEvent<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.looseObject({
    specversion: z.literal('1.0'),
    id: uuid,
    type: z.literal(type),
    source: z.string().regex(/^\/organizations\/[0-9a-f-]{36}\/events\/[0-9a-f-]{36}$/),
    subject: uuid,
    time: z.iso.datetime({ precision: 3 }),
    datacontenttype: z.literal('application/json'),
    dataschema: z.literal(`urn:turnout:schema:${type}`),
    sequence: z.int().min(1),
    partitionkey: uuid,
    traceparent: z.string().optional(),
    data,
  });
}

export interface CloudEventFacts<Type extends string, Data> {
  id: string;
  type: Type;
  organizationId: string;
  eventId: string;
  /** The enrollment id, or the event id for event-level facts. */
  subject: string;
  sequence: number;
  time: Date;
  traceparent?: string | undefined;
  data: Data;
}

/** Builds the envelope that {@link cloudEvent} describes. */
export function toCloudEvent<Type extends string, Data>(facts: CloudEventFacts<Type, Data>) {
  return {
    specversion: '1.0' as const,
    id: facts.id,
    type: facts.type,
    source: `/organizations/${facts.organizationId}/events/${facts.eventId}`,
    subject: facts.subject,
    time: facts.time.toISOString(),
    datacontenttype: 'application/json' as const,
    dataschema: `urn:turnout:schema:${facts.type}` as const,
    sequence: facts.sequence,
    partitionkey: facts.eventId,
    ...(facts.traceparent ? { traceparent: facts.traceparent } : {}),
    data: facts.data,
  };
}
