import { newId } from '@turnout/runtime/ids';
import type { Db, Statement } from '@turnout/runtime/postgres';
import { raiseDeadLetters } from '../alerts/raise-alerts.ts';
import type { NewlyDead } from '../dead-letters/insert-dead-messages.ts';

// "sent" is a fact and is written whoever holds the delivery now; anything else only while it is still this attempt's.
// A delivery that has failed is a dead letter in the same moment; one that was sent again and failed again is dead again.
const record: Statement = {
  name: 'record_outcomes',
  text: `
    with recorded as (
      update notifier.deliveries d
      set status = o.status,
        sent_at = case when o.status = 'sent' then clock_timestamp() end,
        next_attempt_at = case
          when o.status = 'pending' then clock_timestamp() + o.delay_ms * interval '1 millisecond'
          else d.next_attempt_at
        end,
        refused = d.refused + o.refused,
        last_error = coalesce(o.last_error, d.last_error)
      from unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::int[], $6::text[], $7::uuid[])
        as o (delivery_id, attempt, status, delay_ms, refused, last_error, letter_id)
      where d.delivery_id = o.delivery_id
        and (
          (o.status = 'sent' and d.status <> 'sent')
          or (d.status = 'pending' and d.attempts = o.attempt)
        )
      returning o.letter_id, d.delivery_id, d.status, d.message_id, d.organization_id, d.event_id, d.attempts, d.last_error
    )
    insert into notifier.dead_letters as l
      (letter_id, source, identity, organization_id, event_id, message_id, type, reason, detail, attempts)
    select r.letter_id, 'delivery', r.delivery_id::text, o.organization_id,
      case when o.organization_id is not null then r.event_id end, r.message_id::text, i.type, 'refused', r.last_error,
      r.attempts
    from recorded r
    left join notifier.inbox i on i.message_id = r.message_id
    left join access.organizations o on o.organization_id = r.organization_id
    where r.status = 'failed'
    order by r.delivery_id
    on conflict (source, identity) do update
    set status = 'dead', deaths = l.deaths + 1, died_at = clock_timestamp(), detail = excluded.detail,
      attempts = excluded.attempts
    where l.status = 'replayed'
    returning l.letter_id, l.organization_id`,
};

/** How one attempt ended. */
export interface Outcome {
  deliveryId: string;
  attempt: number;
  status: 'sent' | 'pending' | 'failed';
  /** For `pending`: milliseconds until the next attempt. */
  delayMs: number;
  /** Whether this very message was refused, which counts towards giving up. */
  refused: boolean;
  /** Says what went wrong without naming a person. */
  error: string | null;
}

/** Writes down how attempts ended. A delivery that failed for good becomes a dead letter with it, and somebody is told. */
export async function recordOutcomes(db: Db, outcomes: readonly Outcome[]): Promise<void> {
  const sorted = outcomes.toSorted((one, other) => (one.deliveryId < other.deliveryId ? -1 : 1));
  const values = [
    sorted.map(({ deliveryId }) => deliveryId),
    sorted.map(({ attempt }) => attempt),
    sorted.map(({ status }) => status),
    sorted.map(({ delayMs }) => delayMs),
    sorted.map(({ refused }) => (refused ? 1 : 0)),
    sorted.map(({ error }) => error),
    sorted.map(() => newId()),
  ];
  if (outcomes.every(({ status }) => status !== 'failed')) {
    await db.query(record, values);
    return;
  }
  await db.transaction(async (tx) => raiseDeadLetters(tx, await tx.query<NewlyDead>(record, values)));
}
