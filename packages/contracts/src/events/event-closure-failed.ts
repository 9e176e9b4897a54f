import { z } from 'zod';
import { cloudEvent } from './envelope.ts';

export const eventClosureFailedType = 'turnout.event.closure-failed.v1';

/**
 * A closure run gave up after its last attempt. The cause is in the run (`GET /v1/closure-runs/{runId}`) and the log.
 */
export const eventClosureFailed = cloudEvent(
  eventClosureFailedType,
  z.looseObject({
    eventId: z.uuid(),
    runId: z.uuid(),
    attempts: z.int().min(1),
    failedAt: z.iso.datetime({ precision: 3 }),
  }),
).meta({ id: 'EventClosureFailed', description: 'A closure run gave up after its last attempt.' });

export type EventClosureFailed = z.infer<typeof eventClosureFailed>;
