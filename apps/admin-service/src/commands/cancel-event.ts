import { recordActions } from '@turnout/access/record-actions';
import { type ChangedEvent, changeEvent } from '@turnout/attendance-store/events/change-event';
import type { Db } from '@turnout/runtime/postgres';
import {
  decideEventCancellation,
  type EventCancellationRefusal,
} from '../rules/decide-event-cancellation.ts';
import { type EventCommand, eventAction } from './event-action.ts';

/** Cancels an event for good. Answers null when the organization has no such event. */
export async function cancelEvent(
  db: Db,
  command: EventCommand & { eventId: string; reason: string },
): Promise<ChangedEvent<EventCancellationRefusal> | null> {
  const { eventId, reason } = command;
  const { organizationId } = command.principal;
  return await db.transaction(async (tx) => {
    const cancelled = await changeEvent(tx, { organizationId, eventId }, { askForCheckIns: false }, (state) =>
      decideEventCancellation(state, reason),
    );
    if (cancelled?.outcome === 'changed') {
      recordActions(tx, [eventAction('event.cancelled', command, cancelled.event, { reason })]);
    }
    return cancelled;
  });
}
