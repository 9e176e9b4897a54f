import { z } from 'zod';
import { checkInAnnulled } from './check-in-annulled.ts';
import { checkInRecorded } from './check-in-recorded.ts';
import { enrollmentCancelled } from './enrollment-cancelled.ts';
import { eventClosed } from './event-closed.ts';
import { eventClosureFailed } from './event-closure-failed.ts';
import { participantAttended } from './participant-attended.ts';
import { participantNoShow } from './participant-no-show.ts';

/** Every event of the public stream, told apart by `type`, which is also the routing key. */
export const publicEvent = z.discriminatedUnion('type', [
  checkInRecorded,
  checkInAnnulled,
  participantAttended,
  participantNoShow,
  enrollmentCancelled,
  eventClosed,
  eventClosureFailed,
]);

export type PublicEvent = z.infer<typeof publicEvent>;
