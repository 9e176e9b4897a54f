import type { Principal } from '@turnout/access/principal';
import { type ChangedEvent, changeEvent as change } from '@turnout/attendance-store/events/change-event';
import type { AttendanceModels } from '@turnout/attendance-store/models/attendance-models';
import type { ChangeEventRequest } from '@turnout/contracts/http/events';
import { decideEventChange, type EventChangeRefusal } from '../rules/decide-event-change.ts';
import { toChangedFields } from './event-fields.ts';

/** Answers null when the organization has no such event. */
export async function changeEvent(
  models: AttendanceModels,
  { organizationId }: Principal,
  eventId: string,
  request: ChangeEventRequest,
): Promise<ChangedEvent<EventChangeRefusal> | null> {
  const sent = toChangedFields(request);
  const askForCheckIns = 'timeZone' in sent || 'dayBoundary' in sent;
  return await change(models, { organizationId, eventId }, { askForCheckIns }, (state) =>
    decideEventChange(state, sent),
  );
}
