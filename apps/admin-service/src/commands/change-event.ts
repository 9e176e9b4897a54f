import { recordActions } from '@turnout/access/record-actions';
import { orderCorrection } from '@turnout/attendance-store/correcting/order-correction';
import { type ChangedEvent, changeEvent as change } from '@turnout/attendance-store/events/change-event';
import type { ChangeEventRequest } from '@turnout/contracts/http/events';
import type { Db } from '@turnout/runtime/postgres';
import {
  decideEventChange,
  type EventChangeRefusal,
  isJudgedOtherwise,
} from '../rules/decide-event-change.ts';
import { contextOf } from './change-context.ts';
import { differences, type EventCommand, eventAction } from './event-action.ts';
import { toChangedFields } from './event-fields.ts';

/**
 * Changes fields of an event. Where that is a closed one and verdicts may come out otherwise now, everybody whom the
 * rule has decided is judged again: that is ordered in the same transaction, and done by closure-service from there on,
 * so that the answer does not wait for 100,000 people. Answers null when the organization has no such event.
 */
export async function changeEvent(
  db: Db,
  command: EventCommand & { eventId: string; request: ChangeEventRequest },
): Promise<ChangedEvent<EventChangeRefusal> | null> {
  const { principal, eventId, requestId } = command;
  const { reason, ...request } = command.request;
  const { organizationId } = principal;
  const sent = toChangedFields(request);
  const askForCheckIns = 'timeZone' in sent || 'dayBoundary' in sent;
  return await db.transaction(async (tx) => {
    const changed = await change(tx, { organizationId, eventId }, { askForCheckIns }, (state) =>
      decideEventChange(state, sent, reason),
    );
    if (changed?.outcome !== 'changed') return changed;
    const { before, event } = changed;
    const details = differences(before, event);
    if (!details) return changed;
    if (reason !== undefined && isJudgedOtherwise(before, event)) {
      orderCorrection(tx, event, reason, contextOf(principal, requestId));
    }
    recordActions(tx, [eventAction('event.changed', command, event, { reason: reason ?? null, details })]);
    return changed;
  });
}
