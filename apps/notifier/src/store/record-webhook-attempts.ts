import type { Db, Statement } from '@turnout/runtime/postgres';
import { buryDeliveries } from '../dead-letters/bury-deliveries.ts';

// One statement, so that an attempt, what it means for the delivery and what it means for the endpoint are written
// together. "sent" is a fact and is written whoever holds the delivery now; anything else only while it is still this
// attempt's. An endpoint hears of it only where it would change: a healthy one is not written at all. Rows of endpoints
// are locked in one order, since two notifiers write about the same ones. What an URL that was changed since answered
// says nothing about the new one.
const record: Statement = {
  name: 'record_webhook_attempts',
  text: `
    with outcome as (
      select *
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::int[], $7::boolean[], $8::boolean[],
        $9::int[], $10::text[], $11::int[], $12::int[], $13::uuid[])
        as o (delivery_id, endpoint_id, url, attempt, status, delay_ms, failed, gone, status_code, error, duration_ms,
          quiet_ms, requested_by)
    ), attempts as (
      insert into notifier.delivery_attempts
        (delivery_id, attempt, started_at, duration_ms, status_code, error, requested_by)
      select delivery_id, attempt, clock_timestamp() - duration_ms * interval '1 millisecond', duration_ms, status_code,
        error, requested_by
      from outcome
      on conflict do nothing
    ), judged as (
      select e.endpoint_id, bool_or(o.status = 'sent') as took, count(*) filter (where o.failed) as failed,
        max(o.quiet_ms) as quiet_ms, bool_or(o.gone) as gone
      from outcome o
      join notifier.webhook_endpoints e on e.endpoint_id = o.endpoint_id and e.url = o.url
      where o.failed or o.status = 'sent'
      group by e.endpoint_id
      having bool_or(o.failed) or e.failing_since is not null
    ), locked as (
      select e.endpoint_id, e.failures, e.failing_since
      from notifier.webhook_endpoints e
      where e.endpoint_id in (select endpoint_id from judged)
      order by e.endpoint_id
      for update
    ), counted as (
      select j.endpoint_id, j.gone, j.quiet_ms,
        case when j.took then 0 else l.failures + j.failed::int end as failures,
        case when not j.took then coalesce(l.failing_since, clock_timestamp()) end as failing_since
      from judged j join locked l using (endpoint_id)
    ), endpoints as (
      update notifier.webhook_endpoints e
      set failures = c.failures,
        failing_since = c.failing_since,
        quiet_until = clock_timestamp() + greatest(c.quiet_ms,
          coalesce(($14::int[])[least(c.failures, cardinality($14::int[]))], 0)) * interval '1 millisecond',
        disabled_at = coalesce(e.disabled_at, case when c.gone or c.failing_since < clock_timestamp()
          - $15 * interval '1 millisecond' then clock_timestamp() end),
        disabled_because = coalesce(e.disabled_because, case when c.gone then 'gone' when c.failing_since
          < clock_timestamp() - $15 * interval '1 millisecond' then 'failing' end)
      from counted c
      where e.endpoint_id = c.endpoint_id
      returning e.endpoint_id, e.disabled_because
    ), deliveries as (
      update notifier.deliveries d
      set status = o.status,
        sent_at = case when o.status = 'sent' then clock_timestamp() end,
        next_attempt_at = case
          when o.status = 'pending' then clock_timestamp() + o.delay_ms * interval '1 millisecond'
          else d.next_attempt_at
        end,
        refused = d.refused + o.failed::int,
        last_error = coalesce(o.error, d.last_error),
        last_status_code = o.status_code
      from outcome o
      where d.delivery_id = o.delivery_id
        and ((o.status = 'sent' and d.status <> 'sent') or (d.status = 'pending' and d.attempts = o.attempt))
      returning d.delivery_id, d.status
    )
    select endpoint_id, disabled_because, null::uuid as failed
    from endpoints where disabled_because in ('gone', 'failing')
    union all
    select null, null, delivery_id from deliveries where status = 'failed'`,
};

/** How one attempt to reach an endpoint ended. */
export interface WebhookOutcome {
  deliveryId: string;
  endpointId: string;
  url: string;
  attempt: number;
  /** Since when it is owed; null when somebody asked for it again. */
  owedSince: Date | null;
  status: 'sent' | 'pending' | 'failed';
  /** For `pending`: milliseconds until the next attempt. */
  delayMs: number;
  /** Whether the endpoint is to blame, which counts towards giving up. */
  failed: boolean;
  /** It wants nothing any more, and is disabled. */
  gone: boolean;
  statusCode: number | null;
  /** In our words; null when it was taken. */
  error: string | null;
  durationMs: number;
  /** How long the endpoint has asked us to send nothing. */
  quietMs: number;
  requestedBy: string | null;
}

export interface RecordOptions {
  /** Pauses of an endpoint after so many failures in a row, the last one for as long as it goes on. */
  endpointPauses: readonly number[];
  /** An endpoint of which everything has failed for so long is disabled. */
  disableAfterMs: number;
}

/**
 * Writes how attempts ended, and answers the endpoints that are disabled because of it. A delivery that failed for good
 * becomes a dead letter with it.
 */
export async function recordWebhookAttempts(
  db: Db,
  outcomes: readonly WebhookOutcome[],
  { endpointPauses, disableAfterMs }: RecordOptions,
): Promise<{ endpointId: string; because: string }[]> {
  const sorted = outcomes.toSorted((one, other) => (one.deliveryId < other.deliveryId ? -1 : 1));
  const values = [
    sorted.map(({ deliveryId }) => deliveryId),
    sorted.map(({ endpointId }) => endpointId),
    sorted.map(({ url }) => url),
    sorted.map(({ attempt }) => attempt),
    sorted.map(({ status }) => status),
    sorted.map(({ delayMs }) => delayMs),
    sorted.map(({ failed }) => failed),
    sorted.map(({ gone }) => gone),
    sorted.map(({ statusCode }) => statusCode),
    sorted.map(({ error }) => error),
    sorted.map(({ durationMs }) => durationMs),
    sorted.map(({ quietMs }) => quietMs),
    sorted.map(({ requestedBy }) => requestedBy),
    endpointPauses,
    disableAfterMs,
  ];
  return await db.transaction(async (tx) => {
    const rows = await tx.query<RecordedRow>(record, values);
    await buryDeliveries(
      tx,
      rows.flatMap(({ failed }) => failed ?? []),
    );
    return rows.flatMap(({ endpoint_id, disabled_because }) =>
      endpoint_id === null ? [] : { endpointId: endpoint_id, because: disabled_because },
    );
  });
}

type RecordedRow =
  | { endpoint_id: string; disabled_because: string; failed: null }
  | { endpoint_id: null; disabled_because: null; failed: string };
