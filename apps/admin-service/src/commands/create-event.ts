import type { Principal } from '@turnout/access/principal';
import { insertEvent } from '@turnout/attendance-store/events/insert-event';
import type { AttendanceModels } from '@turnout/attendance-store/models/attendance-models';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import type { CreateEventRequest } from '@turnout/contracts/http/events';
import { checkEventFields, type EventFieldsRefusal } from '../rules/check-event-fields.ts';
import { toEventFields } from './event-fields.ts';

export type CreatedEvent =
  | { outcome: 'created'; event: StoredEvent }
  | { outcome: 'refused'; refusal: EventFieldsRefusal };

export async function createEvent(
  models: AttendanceModels,
  { organizationId }: Principal,
  request: CreateEventRequest,
): Promise<CreatedEvent> {
  const fields = toEventFields(request);
  const refusal = checkEventFields(fields);
  if (refusal) return { outcome: 'refused', refusal };
  return { outcome: 'created', event: await insertEvent(models, organizationId, fields) };
}
