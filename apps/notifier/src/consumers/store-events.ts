import { eventClosedType } from '@turnout/contracts/events/event-closed';
import type { Db, Tx } from '@turnout/runtime/postgres';
import { failuresIn } from '../alerts/failures-in.ts';
import { raiseAlerts } from '../alerts/raise-alerts.ts';
import { notificationsFor, type Wishes } from '../notifications/notifications-for.ts';
import { findOrganizersToTell } from '../store/find-organizers.ts';
import { findSubscriptions } from '../store/find-subscriptions.ts';
import { forgottenBefore } from '../store/forgotten-before.ts';
import { insertDeliveries, type NewDelivery } from '../store/insert-deliveries.ts';
import { insertInbox } from '../store/insert-inbox.ts';
import { insertWebhookBodies } from '../store/webhook-bodies.ts';
import { type Subscription, webhooksFor } from '../webhooks/webhooks-for.ts';
import { type ReceiveSpan, startReceiveSpan } from './receive-span.ts';
import type { ReceivedEvent } from './received-event.ts';

/** How many events had not been received before, and how many deliveries they made. */
export interface StoreCounts {
  new: number;
  deliveries: number;
  /** Older than what is remembered: they may have been told already, so they are told to nobody. */
  forgotten: number;
}

/**
 * Stores what is new among these events, and what people and endpoints are owed because of it; all of it or nothing.
 */
export async function storeEvents(
  db: Db,
  events: readonly ReceivedEvent[],
  emailOrLog: 'email' | 'log',
): Promise<StoreCounts> {
  const spans: ReceiveSpan[] = [];
  try {
    return await db.transaction(async (tx) => {
      const before = await forgottenBefore(tx);
      const remembered = events.filter(({ event }) => Date.parse(event.time) >= before);
      const inserting = insertNew(tx, remembered);
      const finding = findSubscriptions(
        tx,
        events.map(({ organizationId }) => organizationId),
      );
      // After a statement that failed, the next fails too and says nothing of why.
      finding.catch(() => undefined);
      const fresh = await inserting;
      const subscriptions = await finding;
      // An inbox row may have gone while this waited for it.
      if ((await forgottenBefore(tx)) !== before) throw new ForgottenMeanwhile();
      raiseAlerts(
        tx,
        fresh.flatMap(({ event, organizationId }) => failuresIn(event, organizationId)),
      );
      const organizers = await findOrganizersToTell(
        tx,
        fresh.flatMap(({ event, organizationId }) =>
          event.type === eventClosedType ? [organizationId] : [],
        ),
      );
      const bodies = new Map<string, Buffer>();
      const deliveries = fresh.flatMap((received) => {
        const webhooks = webhooksFor(received, subscriptions);
        const wishes = {
          participants: !received.unwanted,
          organizers: organizers.has(received.organizationId),
        };
        const owed = [...toPeople(received, wishes, emailOrLog), ...toEndpoints(received, webhooks)];
        if (owed.length === 0) return [];
        if (webhooks.length > 0) bodies.set(received.event.id, received.body);
        const span = startReceiveSpan(received);
        spans.push(span);
        return owed.map((delivery): NewDelivery => ({ ...delivery, headers: span.headers }));
      });
      insertWebhookBodies(tx, bodies);
      await insertDeliveries(tx, deliveries);
      const forgotten = events.length - remembered.length;
      return { new: fresh.length, deliveries: deliveries.length, forgotten };
    });
  } finally {
    for (const span of spans) span.end();
  }
}

/** A retention removed inbox rows meanwhile: to be begun again. */
class ForgottenMeanwhile extends Error {}

function toPeople({ event, organizationId }: ReceivedEvent, wishes: Wishes, emailOrLog: 'email' | 'log') {
  return notificationsFor(event, wishes).map(({ enrollmentId, template, content }) => ({
    messageId: event.id,
    organizationId,
    eventId: event.data.eventId,
    enrollmentId,
    channel: emailOrLog,
    template,
    endpointId: null,
    content,
  }));
}

function toEndpoints({ event, organizationId }: ReceivedEvent, webhooks: readonly Subscription[]) {
  const { eventId } = event.data;
  return webhooks.map(({ endpointId }) => ({
    messageId: event.id,
    organizationId,
    eventId,
    // The subject of what is said of the event as a whole is the event.
    enrollmentId: event.subject.toLowerCase() === eventId.toLowerCase() ? null : event.subject,
    channel: 'webhook' as const,
    template: null,
    endpointId,
    content: {},
  }));
}

async function insertNew(tx: Tx, events: readonly ReceivedEvent[]): Promise<FreshEvent[]> {
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
  return [...byId].flatMap(([messageId, received]) => {
    const noted = fresh.get(messageId);
    return noted ? [{ ...received, ...noted }] : [];
  });
}

/** `unwanted`: the organization wants no mail to the participant. */
type FreshEvent = ReceivedEvent & { unwanted: boolean };
