import type { Principal } from '@turnout/access/principal';
import { type ChangedEvent, changeEvent } from '@turnout/attendance-store/events/change-event';
import type { AttendanceModels } from '@turnout/attendance-store/models/attendance-models';
import {
  decideEventCancellation,
  type EventCancellationRefusal,
} from '../rules/decide-event-cancellation.ts';

/** Answers null when the organization has no such event. */
export async function cancelEvent(
  models: AttendanceModels,
  { organizationId }: Principal,
  eventId: string,
  reason: string,
): Promise<ChangedEvent<EventCancellationRefusal> | null> {
  return await changeEvent(models, { organizationId, eventId }, { askForCheckIns: false }, (state) =>
    decideEventCancellation(state, reason),
  );
}
