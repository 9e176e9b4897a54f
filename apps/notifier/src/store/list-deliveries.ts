import type { DeliveryBody } from '@turnout/contracts/http/deliveries';
import type { Queryable } from '@turnout/runtime/postgres';

export interface DeliveryFilter {
  organizationId: string;
  /** The events the caller may see; null means all of the organization. */
  eventIds: readonly string[] | null;
  deliveryId?: string;
  enrollmentId?: string | undefined;
  endpointId?: string | undefined;
  channel?: DeliveryBody['channel'] | undefined;
  status?: DeliveryBody['status'] | undefined;
  /** Only deliveries made before this one. */
  before?: string | null;
  limit: number;
}

export interface StoredDelivery {
  delivery_id: string;
  message_id: string;
  type: string;
  event_id: string;
  enrollment_id: string | null;
  channel: DeliveryBody['channel'];
  template: string | null;
  endpoint_id: string | null;
  status: DeliveryBody['status'];
  attempts: number;
  last_error: string | null;
  last_status_code: number | null;
  next_attempt_at: Date;
  created_at: Date;
  sent_at: Date | null;
}

// Not a named statement: planned anew with its values each time, the conditions that are not asked for vanish and the
// index of the one that is asked for is used.
const list = `
  select d.delivery_id, d.message_id, i.type, d.event_id, d.enrollment_id, d.channel, d.template, d.endpoint_id, d.status,
    d.attempts, d.last_error, d.last_status_code, d.next_attempt_at, d.created_at, d.sent_at
  from notifier.deliveries d
  join notifier.inbox i using (message_id)
  where d.organization_id = $1
    and ($2::uuid[] is null or d.event_id = any ($2::uuid[]))
    and ($3::uuid is null or d.enrollment_id = $3::uuid)
    and ($4::text is null or d.status = $4::text)
    and ($5::uuid is null or d.delivery_id < $5::uuid)
    and ($6::uuid is null or d.endpoint_id = $6::uuid)
    and ($7::text is null or d.channel = $7::text)
    and ($8::uuid is null or d.delivery_id = $8::uuid)
  order by d.delivery_id desc
  limit $9`;

/** Deliveries of one organization, newest first. */
export async function listDeliveries(db: Queryable, filter: DeliveryFilter): Promise<StoredDelivery[]> {
  return await db.query<StoredDelivery>(list, [
    filter.organizationId,
    filter.eventIds,
    filter.enrollmentId ?? null,
    filter.status ?? null,
    filter.before ?? null,
    filter.endpointId ?? null,
    filter.channel ?? null,
    filter.deliveryId ?? null,
    filter.limit,
  ]);
}

/** One delivery that the caller may see. */
export async function findDelivery(
  db: Queryable,
  scope: { organizationId: string; eventIds: readonly string[] | null },
  deliveryId: string,
): Promise<StoredDelivery | undefined> {
  const [found] = await listDeliveries(db, { ...scope, deliveryId, limit: 1 });
  return found;
}
