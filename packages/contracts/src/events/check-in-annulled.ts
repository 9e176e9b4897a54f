import { z } from 'zod';
import { cloudEvent } from './envelope.ts';

export const checkInAnnulledType = 'turnout.check-in.annulled.v1';

/** A check-in was annulled and no longer counts. `movedToConfirmed` says whether it was the only one. */
export const checkInAnnulled = cloudEvent(
  checkInAnnulledType,
  z.looseObject({
    eventId: z.uuid(),
    enrollmentId: z.uuid(),
    checkInId: z.uuid(),
    day: z.iso.date(),
    annulledAt: z.iso.datetime({ precision: 3 }),
    movedToConfirmed: z.boolean(),
  }),
).meta({ id: 'CheckInAnnulled', description: 'A check-in was annulled and no longer counts.' });

export type CheckInAnnulled = z.infer<typeof checkInAnnulled>;
