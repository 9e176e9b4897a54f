import { newId } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { raiseDeadLetters } from '../alerts/raise-alerts.ts';
import type { NewlyDead } from './insert-dead-messages.ts';

// A delivery that was sent again and failed again is dead again, whatever was done with its letter before.
const bury: Statement = {
  name: 'bury_deliveries',
  text: `
    insert into notifier.dead_letters as l
      (letter_id, source, identity, organization_id, event_id, message_id, type, reason, detail, attempts)
    select b.letter_id, 'delivery', d.delivery_id::text, o.organization_id,
      case when o.organization_id is not null then d.event_id end, d.message_id::text, i.type, 'refused', d.last_error,
      d.attempts
    from unnest($1::uuid[], $2::uuid[]) as b (letter_id, delivery_id)
    join notifier.deliveries d on d.delivery_id = b.delivery_id
    left join notifier.inbox i on i.message_id = d.message_id
    left join access.organizations o on o.organization_id = d.organization_id
    order by d.delivery_id
    on conflict (source, identity) do update
    set status = 'dead', deaths = l.deaths + 1, died_at = clock_timestamp(), detail = excluded.detail,
      attempts = excluded.attempts, dropped_at = null, drop_reason = null
    where l.status <> 'dead'
    returning l.letter_id, l.organization_id`,
};

/** Makes dead letters of deliveries, whatever their channel, in the transaction in which they have failed for good. */
export async function buryDeliveries(tx: Tx, deliveryIds: readonly string[]): Promise<void> {
  if (deliveryIds.length === 0) return;
  raiseDeadLetters(tx, await tx.query<NewlyDead>(bury, [deliveryIds.map(() => newId()), deliveryIds]));
}
