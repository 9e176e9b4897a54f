import type { Queryable, Statement } from '@turnout/runtime/postgres';

const look: Statement = {
  name: 'look_at_redelivery',
  text: `
    select e.deleted_at is not null as deleted, e.disabled_at is not null as disabled,
      exists (select from notifier.webhook_bodies b where b.message_id = d.message_id) as kept
    from notifier.deliveries d
    join notifier.webhook_endpoints e using (endpoint_id)
    where d.delivery_id = $1`,
};

export type WhyNotDeliverable = 'webhook_endpoint_deleted' | 'webhook_endpoint_disabled' | 'message_not_kept';

/** Why a delivery can't be sent once more, or null when it can, as one to a person always can. */
export async function whyNotDeliverable(
  db: Queryable,
  deliveryId: string,
): Promise<WhyNotDeliverable | null> {
  const [webhook] = await db.query<{ deleted: boolean; disabled: boolean; kept: boolean }>(look, [
    deliveryId,
  ]);
  if (!webhook) return null;
  if (webhook.deleted) return 'webhook_endpoint_deleted';
  if (webhook.disabled) return 'webhook_endpoint_disabled';
  return webhook.kept ? null : 'message_not_kept';
}
