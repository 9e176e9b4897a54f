import type { Db, Statement } from '@turnout/runtime/postgres';
import { findDelivery, type StoredDelivery } from '../store/list-deliveries.ts';

// Waits for whoever writes how an attempt ended.
const lock: Statement = {
  name: 'lock_delivery',
  text: 'select from notifier.deliveries where organization_id = $1 and delivery_id = $2 for update',
};

const look: Statement = {
  name: 'look_at_redelivery',
  text: `
    select e.deleted_at is not null as deleted, e.disabled_at is not null as disabled,
      exists (select from notifier.webhook_bodies b where b.message_id = d.message_id) as kept
    from notifier.deliveries d
    left join notifier.webhook_endpoints e using (endpoint_id)
    where d.delivery_id = $1`,
};

// It gets as many tries as a new one.
const again: Statement = {
  name: 'redeliver',
  text: `
    update notifier.deliveries
    set status = 'pending', sent_at = null, refused = 0, next_attempt_at = clock_timestamp(), requested_by = $2
    where delivery_id = $1`,
};

export type RedeliveryRefusal =
  | 'not_a_webhook_delivery'
  | 'delivery_pending'
  | 'webhook_endpoint_deleted'
  | 'webhook_endpoint_disabled'
  | 'message_not_kept';

export type Redelivered =
  | { outcome: 'pending'; delivery: StoredDelivery }
  | { outcome: 'not_found' }
  | { outcome: 'refused'; refusal: RedeliveryRefusal };

export interface Requester {
  organizationId: string;
  tokenId: string;
  /** The events it may touch; null means all of its organization. */
  eventIds: readonly string[] | null;
}

/** Makes a delivery to an endpoint that was sent, or has failed, due again. Its next attempts say who asked for them. */
export async function redeliver(db: Db, requester: Requester, deliveryId: string): Promise<Redelivered> {
  return await db.transaction(async (tx) => {
    await tx.query(lock, [requester.organizationId, deliveryId]);
    const delivery = await findDelivery(tx, requester, deliveryId);
    if (!delivery) return { outcome: 'not_found' };
    const [facts] = await tx.query<RedeliveryFacts>(look, [deliveryId]);
    const refusal = refusalOf(delivery, facts);
    if (refusal) return { outcome: 'refused', refusal };
    await tx.query(again, [deliveryId, requester.tokenId]);
    const pending = await findDelivery(tx, requester, deliveryId);
    return pending ? { outcome: 'pending', delivery: pending } : { outcome: 'not_found' };
  });
}

interface RedeliveryFacts {
  deleted: boolean;
  disabled: boolean;
  kept: boolean;
}

function refusalOf(
  { channel, status }: StoredDelivery,
  facts: RedeliveryFacts | undefined,
): RedeliveryRefusal | null {
  if (channel !== 'webhook') return 'not_a_webhook_delivery';
  if (status === 'pending') return 'delivery_pending';
  if (facts?.deleted) return 'webhook_endpoint_deleted';
  if (facts?.disabled) return 'webhook_endpoint_disabled';
  return facts?.kept ? null : 'message_not_kept';
}
