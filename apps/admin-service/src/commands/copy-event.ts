import { recordActions } from '@turnout/access/record-actions';
import { shiftEvent } from '@turnout/attendance/shift-event';
import { insertEvent } from '@turnout/attendance-store/events/insert-event';
import { findEvent } from '@turnout/attendance-store/find-event';
import { copyProducts } from '@turnout/attendance-store/products/copy-products';
import type { CopyEventRequest } from '@turnout/contracts/http/events';
import { instant } from '@turnout/contracts/primitives';
import type { Db } from '@turnout/runtime/postgres';
import { checkEventFields, type EventFieldsRefusal } from '../rules/check-event-fields.ts';
import type { CreatedEvent } from './create-event.ts';
import { type EventCommand, eventAction, toldFields } from './event-action.ts';

/**
 * Makes an event like another, with its products and without its people, that begins at another time. Also of one that
 * is closed or cancelled. Answers null when the organization has no such event.
 */
export async function copyEvent(
  db: Db,
  command: EventCommand & { eventId: string; request: CopyEventRequest },
): Promise<CreatedEvent | null> {
  const { name, startsAt } = command.request;
  const { organizationId } = command.principal;
  return await db.transaction(async (tx): Promise<CreatedEvent | null> => {
    const original = await findEvent(tx, organizationId, command.eventId);
    if (!original) return null;
    const fields = { ...original, ...shiftEvent(original, startsAt), name: name ?? original.name };
    if (!isInstant(fields.endsAt)) return { outcome: 'refused', refusal: endsTooLate };
    if (fields.admissionOpensAt && !isInstant(fields.admissionOpensAt)) {
      return { outcome: 'refused', refusal: opensTooEarly };
    }
    const refusal = checkEventFields(fields);
    // Everything else about the fields was right in the original.
    if (refusal?.code === 'validation_failed') return { outcome: 'refused', refusal: endsTooLate };
    if (refusal) return { outcome: 'refused', refusal };
    const event = await insertEvent(tx, organizationId, fields);
    const products = await copyProducts(tx, original.id, event.id);
    const details = { copyOf: original.id, products, ...toldFields(event) };
    recordActions(tx, [eventAction('event.copied', command, event, { details })]);
    return { outcome: 'created', event };
  });
}

function isInstant(at: Date): boolean {
  return instant.safeParse(at.toISOString()).success;
}

const endsTooLate: EventFieldsRefusal = {
  code: 'validation_failed',
  errors: [{ path: 'startsAt', message: 'must be earlier, so that the copy ends before the year 10000' }],
};

const opensTooEarly: EventFieldsRefusal = {
  code: 'validation_failed',
  errors: [
    { path: 'startsAt', message: 'must be later, so that admission to the copy does not open before 1900' },
  ],
};
