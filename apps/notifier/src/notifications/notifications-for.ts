import { checkInAnnulledType } from '@turnout/contracts/events/check-in-annulled';
import { checkInRecordedType } from '@turnout/contracts/events/check-in-recorded';
import { enrollmentCancelledType } from '@turnout/contracts/events/enrollment-cancelled';
import { eventClosedType } from '@turnout/contracts/events/event-closed';
import { eventClosureFailedType } from '@turnout/contracts/events/event-closure-failed';
import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { participantNoShowType } from '@turnout/contracts/events/participant-no-show';
import type { PublicEvent } from '@turnout/contracts/events/public-event';
import { eventWasClosed } from './event-was-closed.ts';
import type { Notification } from './notification.ts';
import { youAttended } from './you-attended.ts';

/** Of whom the organization of an event wants to hear. */
export interface Wishes {
  participants: boolean;
  organizers: boolean;
}

/** Who hears what about an event. Most events are nobody's mail. */
export function notificationsFor(event: PublicEvent, { participants, organizers }: Wishes): Notification[] {
  switch (event.type) {
    case participantAttendedType:
      return participants ? [youAttended.about(event)] : [];
    case eventClosedType:
      return organizers ? [eventWasClosed.about(event)] : [];
    case participantNoShowType:
    case checkInRecordedType:
    case checkInAnnulledType:
    case enrollmentCancelledType:
    case eventClosureFailedType:
      return [];
  }
}
