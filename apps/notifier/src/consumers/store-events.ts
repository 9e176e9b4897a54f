import type { Db, Tx } from '@turnout/runtime/postgres';
import { failuresIn } from '../alerts/failures-in.ts';
import { raiseAlerts } from '../alerts/raise-alerts.ts';
import { notificationsFor } from '../notifications/notifications-for.ts';
import { insertDeliveries, type NewDelivery } from '../store/insert-deliveries.ts';
import { insertInbox } from '../store/insert-inbox.ts';
import { type ReceiveSpan, startReceiveSpan } from './receive-span.ts';
import type { ReceivedEvent } from './received-event.ts';

/** How many events had not been received before, and how many deliveries they made. */
export interface StoreCounts {
  new: number;
  deliveries: number;
}

/** Stores what is new among these events, and what is owed to people because of it; all of it or nothing. */
export async function storeEvents(
  db: Db,
  events: readonly ReceivedEvent[],
  emailOrLog: 'email' | 'log',
): Promise<StoreCounts> {
  const spans: ReceiveSpan[] = [];
  try {
    return await db.transaction(async (tx) => {
      const fresh = await insertNew(tx, events);
      raiseAlerts(
        tx,
        fresh.flatMap(({ event, organizationId }) => failuresIn(event, organizationId)),
      );
      const deliveries = fresh.flatMap((received) => {
        const notifications = notificationsFor(received.event);
        if (notifications.length === 0) return [];
        const span = startReceiveSpan(received);
        spans.push(span);
        return notifications.map(({ enrollmentId, channel, template, content }): NewDelivery => {
          const { event, organizationId } = received;
          return {
            messageId: event.id,
            organizationId,
            eventId: event.data.eventId,
            enrollmentId,
            channel: { email: emailOrLog }[channel],
            template,
            content,
            headers: span.headers,
          };
        });
      });
      if (deliveries.length > 0) await insertDeliveries(tx, deliveries);
      return { new: fresh.length, deliveries: deliveries.length };
    });
  } finally {
    for (const span of spans) span.end();
  }
}

async function insertNew(tx: Tx, events: readonly ReceivedEvent[]): Promise<ReceivedEvent[]> {
  const byId = new Map(events.map((received) => [received.event.id.toLowerCase(), received]));
  const rows = [...byId].map(([messageId, { event, organizationId }]) => ({
    messageId,
    type: event.type,
    organizationId,
    eventId: event.data.eventId,
    subjectId: event.subject,
    sequence: event.sequence,
  }));
  const fresh = await insertInbox(tx, rows);
  return [...byId].flatMap(([messageId, received]) => (fresh.has(messageId) ? [received] : []));
}
