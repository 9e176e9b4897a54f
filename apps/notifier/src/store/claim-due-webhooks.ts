import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { TraceHeaders } from '@turnout/runtime/trace-context';
import { owedEndpoints } from './owed-endpoints.ts';

// Each endpoint gives no more than it may have under way. In no order, so that where places are few all endpoints get
// some. As for mails, the lease is next_attempt_at.
const claim: Statement = {
  name: 'claim_due_webhooks',
  text: `
    with recursive ${owedEndpoints}, open as (
      select e.endpoint_id, e.url,
        case when e.failing_since is null and e.endpoint_id <> all ($6::uuid[]) then $3::int else 1 end
          - coalesce(busy.under_way, 0) as places
      from owed
      join notifier.webhook_endpoints e using (endpoint_id)
      left join unnest($1::uuid[], $2::int[]) as busy (endpoint_id, under_way) using (endpoint_id)
      where e.disabled_at is null and e.deleted_at is null and (e.quiet_until is null or e.quiet_until <= now())
      order by random()
    ), due as (
      select open.url, picked.delivery_id
      from open
      cross join lateral (
        select d.delivery_id
        from notifier.deliveries d
        where d.status = 'pending' and d.endpoint_id = open.endpoint_id and d.next_attempt_at <= now()
        order by d.next_attempt_at
        limit greatest(open.places, 0)
        for update skip locked
      ) picked
      limit $4
    ), claimed as (
      update notifier.deliveries d
      set attempts = attempts + 1, next_attempt_at = clock_timestamp() + $5 * interval '1 millisecond'
      from due
      where d.delivery_id = due.delivery_id
      returning d.delivery_id, d.message_id, d.endpoint_id, d.attempts, d.refused, d.requested_by, d.headers, d.created_at,
        due.url
    )
    select claimed.*, b.body, extract(epoch from clock_timestamp())::int as timestamp,
      array(
        select s.sealed from notifier.webhook_secrets s
        where s.endpoint_id = claimed.endpoint_id and (s.expires_at is null or s.expires_at > now())
        order by s.expires_at desc nulls first
      ) as sealed_secrets
    from claimed
    left join notifier.webhook_bodies b using (message_id)`,
};

export interface ClaimedWebhook {
  id: string;
  messageId: string;
  endpointId: string;
  url: string;
  /** Null when the message is no longer stored. */
  body: Buffer | null;
  /** All that sign, the newest first. */
  sealedSecrets: readonly Buffer[];
  /** Seconds since 1970 by the database's clock: receivers refuse what is dated some minutes off. */
  timestamp: number;
  /** The number of this attempt, from 1. */
  attempt: number;
  /** How many attempts have failed before this one, since it was last asked for. */
  failures: number;
  requestedBy: string | null;
  headers: TraceHeaders;
  /** Since when it is owed; null when somebody asked for it again. */
  owedSince: Date | null;
}

export interface ClaimWebhooksOptions {
  /** How many of each endpoint are under way here. */
  underWay: ReadonlyMap<string, number>;
  /** How many an endpoint may have under way; one that is failing or slow has one. */
  perEndpoint: number;
  slow: ReadonlySet<string>;
  limit: number;
  leaseMs: number;
}

/** Takes deliveries to endpoints that are due for as long as `leaseMs`; nobody else takes them meanwhile. */
export async function claimDueWebhooks(
  db: Queryable,
  { underWay, perEndpoint, slow, limit, leaseMs }: ClaimWebhooksOptions,
): Promise<ClaimedWebhook[]> {
  const rows = await db.query<ClaimedRow>(claim, [
    [...underWay.keys()],
    [...underWay.values()],
    perEndpoint,
    limit,
    leaseMs,
    [...slow],
  ]);
  return rows.map((row) => ({
    id: row.delivery_id,
    messageId: row.message_id,
    endpointId: row.endpoint_id,
    url: row.url,
    body: row.body,
    sealedSecrets: row.sealed_secrets,
    timestamp: row.timestamp,
    attempt: row.attempts,
    failures: row.refused,
    requestedBy: row.requested_by,
    headers: row.headers,
    owedSince: row.requested_by === null ? row.created_at : null,
  }));
}

interface ClaimedRow {
  delivery_id: string;
  message_id: string;
  endpoint_id: string;
  url: string;
  body: Buffer | null;
  sealed_secrets: Buffer[];
  timestamp: number;
  attempts: number;
  refused: number;
  requested_by: string | null;
  headers: TraceHeaders;
  created_at: Date;
}
