import { z } from 'zod';
import { cloudEvent } from './envelope.ts';
import { triggeredBy } from './verdict.ts';

export const enrollmentCancelledType = 'turnout.enrollment.cancelled.v1';

/** An enrollment was cancelled; `from` is what it was before. */
export const enrollmentCancelled = cloudEvent(
  enrollmentCancelledType,
  z.looseObject({
    eventId: z.uuid(),
    enrollmentId: z.uuid(),
    participantId: z.uuid(),
    from: z.enum(['confirmed', 'checked_in']),
    triggeredBy,
  }),
).meta({ id: 'EnrollmentCancelled', description: 'An enrollment was cancelled.' });

export type EnrollmentCancelled = z.infer<typeof enrollmentCancelled>;
