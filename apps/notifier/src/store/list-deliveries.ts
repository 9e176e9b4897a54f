import type { Queryable } from '@turnout/runtime/postgres';

export interface DeliveryFilter {
  organizationId: string;
  /** The events the caller may see; null means all of the organization. */
  eventIds: readonly string[] | null;
  enrollmentId: string | null;
  status: 'pending' | 'sent' | 'failed' | null;
  /** Only deliveries made before this one. */
  before: string | null;
  limit: number;
}

export interface StoredDelivery {
  delivery_id: string;
  message_id: string;
  event_id: string;
  enrollment_id: string;
  channel: 'email' | 'log';
  template: string;
  status: 'pending' | 'sent' | 'failed';
  attempts: number;
  last_error: string | null;
  next_attempt_at: Date;
  created_at: Date;
  sent_at: Date | null;
}

// Not a named statement: planned anew with its values each time, the conditions that are not asked for vanish and the
// index of the one that is asked for is used.
const list = `
  select delivery_id, message_id, event_id, enrollment_id, channel, template, status, attempts, last_error,
    next_attempt_at, created_at, sent_at
  from notifier.deliveries
  where organization_id = $1
    and ($2::uuid[] is null or event_id = any ($2::uuid[]))
    and ($3::uuid is null or enrollment_id = $3::uuid)
    and ($4::text is null or status = $4::text)
    and ($5::uuid is null or delivery_id < $5::uuid)
  order by delivery_id desc
  limit $6`;

/** Deliveries of one organization, newest first. */
export async function listDeliveries(db: Queryable, filter: DeliveryFilter): Promise<StoredDelivery[]> {
  const { organizationId, eventIds, enrollmentId, status, before, limit } = filter;
  return await db.query<StoredDelivery>(list, [
    organizationId,
    eventIds,
    enrollmentId,
    status,
    before,
    limit,
  ]);
}
