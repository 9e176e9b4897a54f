import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { TraceHeaders } from '@turnout/runtime/trace-context';
import type { ChannelName } from '../channels/channel.ts';

// One statement is one short transaction: nothing is locked while a mail is under way. The lease is next_attempt_at
// itself: whoever dies with a delivery leaves it due again. The person is read here and kept nowhere. now(), not
// clock_timestamp(): only a value that stands still during the statement can be looked up in the index.
const claim: Statement = {
  name: 'claim_due_deliveries',
  text: `
    with longest as (
      select delivery_id
      from notifier.deliveries
      where status = 'pending' and next_attempt_at <= now() and channel = $1 and template = any ($2)
      order by next_attempt_at
      limit $3
      for update skip locked
    ), latest as (
      select delivery_id
      from notifier.deliveries
      where status = 'pending' and next_attempt_at <= now() and channel = $1 and template = any ($2)
      order by next_attempt_at desc
      limit $4
      for update skip locked
    ), due as (
      select delivery_id from longest union select delivery_id from latest
    ), claimed as (
      update notifier.deliveries d
      set attempts = attempts + 1, next_attempt_at = clock_timestamp() + $5 * interval '1 millisecond'
      from due
      where d.delivery_id = due.delivery_id
      returning d.delivery_id, d.message_id, d.organization_id, d.event_id, d.enrollment_id, d.channel, d.template,
        d.content, d.attempts, d.refused, d.headers, d.created_at
    )
    select claimed.*, contact.name, contact.email, contact.locale, contact.event_name, contact.erased
    from claimed
    left join lateral (
      select c.name, c.email, c.locale, c.event_name, c.erased
      from attendance.contacts c
      where c.organization_id = claimed.organization_id
        and c.event_id = claimed.event_id
        and c.enrollment_id = claimed.enrollment_id
      union all
      select '', a.email, null, (
        select c.event_name from attendance.contacts c
        where c.organization_id = claimed.organization_id and c.event_id = claimed.event_id limit 1
      ), false
      from notifier.alert_addresses a
      where claimed.enrollment_id is null and a.organization_id = claimed.organization_id
    ) contact on true`,
};

export interface ClaimedDelivery {
  id: string;
  messageId: string;
  organizationId: string;
  eventId: string;
  /** Null when it is for the organizers, who are found at the organization's alert address. */
  enrollmentId: string | null;
  channel: ChannelName;
  template: string;
  /** As the template stored it. */
  content: unknown;
  /** The number of this attempt, from 1. */
  attempt: number;
  /** How many attempts were refused before this one. */
  refused: number;
  headers: TraceHeaders;
  /** Since when it is owed. */
  owedSince: Date;
  /** Null when there is nobody left to notify. */
  contact: Contact | 'erased' | null;
}

export interface Contact {
  name: string;
  email: string;
  locale: string | null;
  eventName: string;
}

/**
 * Takes up to `limit` deliveries that are due for as long as `leaseMs`; nobody else takes them meanwhile. `latest` of
 * them are those that came due last and the others those that wait longest: what a large event owes holds up nobody
 * else for long, and is never held up itself.
 */
export async function claimDueDeliveries(
  db: Queryable,
  options: {
    channel: ChannelName;
    templates: readonly string[];
    limit: number;
    latest: number;
    leaseMs: number;
  },
): Promise<ClaimedDelivery[]> {
  const { channel, templates, limit, latest, leaseMs } = options;
  const rows = await db.query<ClaimedRow>(claim, [channel, templates, limit - latest, latest, leaseMs]);
  return rows.map((row) => ({
    id: row.delivery_id,
    messageId: row.message_id,
    organizationId: row.organization_id,
    eventId: row.event_id,
    enrollmentId: row.enrollment_id,
    channel: row.channel,
    template: row.template,
    content: row.content,
    attempt: row.attempts,
    refused: row.refused,
    headers: row.headers,
    owedSince: row.created_at,
    contact: toContact(row),
  }));
}

function toContact({ name, email, locale, event_name, erased }: ClaimedRow): ClaimedDelivery['contact'] {
  if (email === null) return null;
  return erased ? 'erased' : { name: name ?? '', email, locale, eventName: event_name ?? '' };
}

interface ClaimedRow {
  delivery_id: string;
  message_id: string;
  organization_id: string;
  event_id: string;
  enrollment_id: string | null;
  channel: ChannelName;
  template: string;
  content: unknown;
  attempts: number;
  refused: number;
  headers: TraceHeaders;
  created_at: Date;
  name: string | null;
  email: string | null;
  locale: string | null;
  event_name: string | null;
  erased: boolean | null;
}
