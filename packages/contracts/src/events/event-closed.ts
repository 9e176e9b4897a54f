import { z } from 'zod';
import { cloudEvent } from './envelope.ts';

export const eventClosedType = 'turnout.event.closed.v1';

/**
 * A closure run decided something, or closed an event for the first time. `counts` is what this run decided;
 * `totals` is where the whole event stands after it.
 */
export const eventClosed = cloudEvent(
  eventClosedType,
  z.looseObject({
    eventId: z.uuid(),
    runId: z.uuid(),
    closedAt: z.iso.datetime({ precision: 3 }),
    firstClosure: z.boolean(),
    counts: z.looseObject({ attended: z.int().min(0), noShow: z.int().min(0) }),
    totals: z.looseObject({ attended: z.int().min(0), noShow: z.int().min(0), cancelled: z.int().min(0) }),
  }),
).meta({
  id: 'EventClosed',
  description: 'A closure run decided something, or closed an event for the first time.',
});

export type EventClosed = z.infer<typeof eventClosed>;
