import type { WebhookEndpointBody } from '@turnout/contracts/http/webhook-endpoints';
import { newId } from '@turnout/runtime/ids';
import type { Queryable, Statement, Tx } from '@turnout/runtime/postgres';

export interface StoredEndpoint {
  endpoint_id: string;
  url: string;
  event_types: WebhookEndpointBody['eventTypes'];
  description: string | null;
  disabled_at: Date | null;
  disabled_because: WebhookEndpointBody['disabledBecause'];
  failing_since: Date | null;
  created_at: Date;
}

const columns =
  'endpoint_id, url, event_types, description, disabled_at, disabled_because, failing_since, created_at';

const list: Statement = {
  name: 'list_webhook_endpoints',
  text: `
    select ${columns}
    from notifier.webhook_endpoints
    where organization_id = $1 and deleted_at is null and ($2::uuid is null or endpoint_id > $2)
    order by endpoint_id
    limit $3`,
};

/** Endpoints of one organization, oldest first. */
export async function listEndpoints(
  db: Queryable,
  { organizationId, after, limit }: { organizationId: string; after: string | null; limit: number },
): Promise<StoredEndpoint[]> {
  return await db.query<StoredEndpoint>(list, [organizationId, after, limit]);
}

const find: Statement = {
  name: 'find_webhook_endpoint',
  text: `
    select ${columns}
    from notifier.webhook_endpoints
    where organization_id = $1 and endpoint_id = $2 and deleted_at is null`,
};

/** The organization's endpoint; undefined when it has none with this id, or has deleted it. */
export async function findEndpoint(
  db: Queryable,
  organizationId: string,
  endpointId: string,
): Promise<StoredEndpoint | undefined> {
  const [found] = await db.query<StoredEndpoint>(find, [organizationId, endpointId]);
  return found;
}

const lock: Statement = { name: 'lock_webhook_endpoint', text: `${find.text} for update` };

/** The same, and nobody else changes it before the transaction ends. */
export async function lockEndpoint(
  tx: Tx,
  organizationId: string,
  endpointId: string,
): Promise<StoredEndpoint | undefined> {
  const [found] = await tx.query<StoredEndpoint>(lock, [organizationId, endpointId]);
  return found;
}

const insert: Statement = {
  name: 'insert_webhook_endpoint',
  text: `
    insert into notifier.webhook_endpoints (endpoint_id, organization_id, url, event_types, description)
    values ($1, $2, $3, $4, $5)
    returning ${columns}`,
};

export interface EndpointFields {
  url: string;
  eventTypes: readonly string[] | null;
  description: string | null;
}

/** Adds an endpoint. Throws a unique violation when the organization has one with this URL. */
export async function insertEndpoint(
  tx: Tx,
  organizationId: string,
  { url, eventTypes, description }: EndpointFields,
): Promise<StoredEndpoint> {
  const values = [newId(), organizationId, url, eventTypes, description];
  const [stored] = await tx.query<StoredEndpoint>(insert, values);
  if (!stored) throw new Error('an insert answered no row');
  return stored;
}

// With another URL, and when it is enabled again, an endpoint starts anew: what it did before says nothing about now.
const update: Statement = {
  name: 'update_webhook_endpoint',
  text: `
    update notifier.webhook_endpoints
    set url = $2, event_types = $3, description = $4,
      disabled_at = case when $5 then null else coalesce(disabled_at, clock_timestamp()) end,
      disabled_because = case when $5 then null else coalesce(disabled_because, 'request') end,
      failures = case when $6 then 0 else failures end,
      failing_since = case when $6 then null else failing_since end,
      quiet_until = case when $6 then null else quiet_until end
    where endpoint_id = $1
    returning ${columns}`,
};

/** Writes all fields of an endpoint that `tx` holds locked. `anew` forgets its failures. */
export async function updateEndpoint(
  tx: Tx,
  endpointId: string,
  { url, eventTypes, description, enabled, anew }: EndpointFields & { enabled: boolean; anew: boolean },
): Promise<StoredEndpoint> {
  const values = [endpointId, url, eventTypes, description, enabled, anew];
  const [stored] = await tx.query<StoredEndpoint>(update, values);
  if (!stored) throw new Error('a locked row is gone');
  return stored;
}

const remove: Statement = {
  name: 'delete_webhook_endpoint',
  text: `
    update notifier.webhook_endpoints
    set deleted_at = clock_timestamp(), url = '', description = null
    where organization_id = $1 and endpoint_id = $2 and deleted_at is null
    returning endpoint_id`,
};

/** False when there is none. */
export async function deleteEndpoint(tx: Tx, organizationId: string, endpointId: string): Promise<boolean> {
  const deleted = await tx.query(remove, [organizationId, endpointId]);
  return deleted.length > 0;
}
