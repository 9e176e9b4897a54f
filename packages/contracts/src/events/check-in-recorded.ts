import { z } from 'zod';
import { cloudEvent } from './envelope.ts';

export const checkInRecordedType = 'turnout.check-in.recorded.v1';

/**
 * A check-in was accepted. `movedToCheckedIn` says whether it was the one that moved the enrollment to `checked_in`.
 */
export const checkInRecorded = cloudEvent(
  checkInRecordedType,
  z.looseObject({
    eventId: z.uuid(),
    enrollmentId: z.uuid(),
    checkInId: z.uuid(),
    outcome: z.enum(['first', 'new_day', 're_entry']),
    day: z.iso.date(),
    scannedAt: z.iso.datetime({ precision: 3 }),
    recordedAt: z.iso.datetime({ precision: 3 }),
    source: z.enum(['scan', 'override']),
    movedToCheckedIn: z.boolean(),
  }),
).meta({ id: 'CheckInRecorded', description: 'A check-in was accepted.' });

export type CheckInRecorded = z.infer<typeof checkInRecorded>;
