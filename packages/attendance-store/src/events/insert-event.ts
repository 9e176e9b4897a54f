import { newId } from '@turnout/runtime/ids';
import type { AttendanceModels } from '../models/attendance-models.ts';
import { toStoredEvent } from '../models/event-model.ts';
import type { StoredEvent } from '../stored.ts';
import { type EventFields, toRequirementColumns } from './event-fields.ts';

/** Stores a new event. */
export async function insertEvent(
  { Event }: AttendanceModels,
  organizationId: string,
  { requirement, ...fields }: EventFields,
): Promise<StoredEvent> {
  const row = await Event.create({
    eventId: newId(),
    organizationId,
    ...fields,
    ...toRequirementColumns(requirement),
  });
  return toStoredEvent(row);
}
