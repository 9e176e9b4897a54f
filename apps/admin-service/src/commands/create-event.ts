import { recordActions } from '@turnout/access/record-actions';
import { findSettings } from '@turnout/access/settings';
import { insertEvent } from '@turnout/attendance-store/events/insert-event';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import type { CreateEventRequest } from '@turnout/contracts/http/events';
import type { Db } from '@turnout/runtime/postgres';
import { checkEventFields, type EventFieldsRefusal } from '../rules/check-event-fields.ts';
import { type EventCommand, eventAction, toldFields } from './event-action.ts';
import { toEventFields } from './event-fields.ts';

export type CreatedEvent =
  | { outcome: 'created'; event: StoredEvent }
  | { outcome: 'refused'; refusal: EventFieldsRefusal };

/** Makes an event. What is left out is as the organization's settings say. */
export async function createEvent(
  db: Db,
  command: EventCommand & { request: CreateEventRequest },
): Promise<CreatedEvent> {
  const { organizationId } = command.principal;
  return await db.transaction(async (tx) => {
    const fields = toEventFields(command.request, await findSettings(tx, organizationId));
    if (!fields) return { outcome: 'refused', refusal: requirementMissing };
    const refusal = checkEventFields(fields);
    if (refusal) return { outcome: 'refused', refusal };
    const event = await insertEvent(tx, organizationId, fields);
    recordActions(tx, [eventAction('event.created', command, event, { details: toldFields(event) })]);
    return { outcome: 'created', event };
  });
}

const requirementMissing: EventFieldsRefusal = {
  code: 'validation_failed',
  errors: [
    {
      path: 'attendanceRequirement',
      message: 'must be sent, because the settings of the organization have no default for it',
    },
  ],
};
