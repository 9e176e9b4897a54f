import type { Db, Statement } from '@turnout/runtime/postgres';
import { buryDeliveries } from '../dead-letters/bury-deliveries.ts';

// "sent" is a fact and is written whoever holds the delivery now; anything else only while it is still this attempt's.
const record: Statement = {
  name: 'record_outcomes',
  text: `
    update notifier.deliveries d
    set status = o.status,
      sent_at = case when o.status = 'sent' then clock_timestamp() end,
      next_attempt_at = case
        when o.status = 'pending' then clock_timestamp() + o.delay_ms * interval '1 millisecond'
        else d.next_attempt_at
      end,
      refused = d.refused + o.refused,
      last_error = coalesce(o.last_error, d.last_error)
    from unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::int[], $6::text[])
      as o (delivery_id, attempt, status, delay_ms, refused, last_error)
    where d.delivery_id = o.delivery_id
      and (
        (o.status = 'sent' and d.status <> 'sent')
        or (d.status = 'pending' and d.attempts = o.attempt)
      )
    returning d.delivery_id, d.status`,
};

/** How one attempt ended. */
export interface Outcome {
  deliveryId: string;
  attempt: number;
  owedSince: Date;
  status: 'sent' | 'pending' | 'failed';
  /** For `pending`: milliseconds until the next attempt. */
  delayMs: number;
  /** Whether this very message was refused, which counts towards giving up. */
  refused: boolean;
  /** Whether it becomes a dead letter when it has failed. */
  bury: boolean;
  /** Says what went wrong without naming a person. */
  error: string | null;
}

/**
 * Writes down how attempts ended. A delivery that failed for good becomes a dead letter with it, and somebody is told.
 */
export async function recordOutcomes(db: Db, outcomes: readonly Outcome[]): Promise<void> {
  const sorted = outcomes.toSorted((one, other) => (one.deliveryId < other.deliveryId ? -1 : 1));
  const values = [
    sorted.map(({ deliveryId }) => deliveryId),
    sorted.map(({ attempt }) => attempt),
    sorted.map(({ status }) => status),
    sorted.map(({ delayMs }) => delayMs),
    sorted.map(({ refused }) => (refused ? 1 : 0)),
    sorted.map(({ error }) => error),
  ];
  if (outcomes.every(({ status }) => status !== 'failed')) {
    await db.query(record, values);
    return;
  }
  await db.transaction(async (tx) => {
    const recorded = await tx.query<{ delivery_id: string; status: string }>(record, values);
    const quiet = new Set(outcomes.flatMap(({ bury, deliveryId }) => (bury ? [] : [deliveryId])));
    const failed = recorded.filter(
      ({ status, delivery_id }) => status === 'failed' && !quiet.has(delivery_id),
    );
    await buryDeliveries(
      tx,
      failed.map(({ delivery_id }) => delivery_id),
    );
  });
}
