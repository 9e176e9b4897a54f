import type { Db, Statement } from '@turnout/runtime/postgres';
import type { CallerActing } from '../dead-letters/note-action.ts';
import { noteRedelivered } from '../dead-letters/note-redelivered.ts';
import { findDelivery, type StoredDelivery } from '../store/list-deliveries.ts';
import { type WhyNotDeliverable, whyNotDeliverable } from '../store/why-not-deliverable.ts';
import { recordAction } from './audited.ts';

const lockLetter: Statement = {
  name: 'lock_letter_of_delivery',
  text: `select from notifier.dead_letters where source = 'delivery' and identity = $1 for update`,
};

// Waits for whoever writes how an attempt ended.
const lock: Statement = {
  name: 'lock_delivery',
  text: 'select from notifier.deliveries where organization_id = $1 and delivery_id = $2 for update',
};

// It gets as many tries as a new one.
const again: Statement = {
  name: 'redeliver',
  text: `
    update notifier.deliveries
    set status = 'pending', sent_at = null, refused = 0, next_attempt_at = clock_timestamp(), requested_by = $2
    where delivery_id = $1`,
};

export type RedeliveryRefusal = 'not_a_webhook_delivery' | 'delivery_pending' | WhyNotDeliverable;

export type Redelivered =
  | { outcome: 'pending'; delivery: StoredDelivery }
  | { outcome: 'not_found' }
  | { outcome: 'refused'; refusal: RedeliveryRefusal };

export interface Requester {
  organizationId: string;
  tokenId: string;
  /** The events it may touch; null means all of its organization. */
  eventIds: readonly string[] | null;
  acting: CallerActing;
}

/**
 * Makes a delivery to an endpoint that was sent, or has failed, due again. Its next attempts say who asked for them.
 */
export async function redeliver(db: Db, requester: Requester, deliveryId: string): Promise<Redelivered> {
  return await db.transaction(async (tx) => {
    // In the order in which a replay locks them: first the letter, if there is one.
    tx.send(lockLetter, [deliveryId]);
    await tx.query(lock, [requester.organizationId, deliveryId]);
    const delivery = await findDelivery(tx, requester, deliveryId);
    if (!delivery) return { outcome: 'not_found' };
    const refusal = refusalOf(delivery) ?? (await whyNotDeliverable(tx, deliveryId));
    if (refusal) return { outcome: 'refused', refusal };
    await tx.query(again, [deliveryId, requester.tokenId]);
    await noteRedelivered(tx, deliveryId, requester.acting);
    recordAction(tx, requester.acting.caller, 'delivery.redelivered', {
      subjectId: deliveryId,
      eventId: delivery.event_id,
    });
    const pending = await findDelivery(tx, requester, deliveryId);
    return pending ? { outcome: 'pending', delivery: pending } : { outcome: 'not_found' };
  });
}

function refusalOf({ channel, status }: StoredDelivery): RedeliveryRefusal | null {
  if (channel !== 'webhook') return 'not_a_webhook_delivery';
  return status === 'pending' ? 'delivery_pending' : null;
}
