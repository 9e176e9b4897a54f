import { type Db, isUniqueViolation, type Statement } from '@turnout/runtime/postgres';
import { type EndpointFields, insertEndpoint, type StoredEndpoint } from '../store/webhook-endpoints.ts';
import { insertSecret } from '../store/webhook-secrets.ts';
import type { Sealing } from '../webhooks/sealing.ts';
import { newSecret } from '../webhooks/signature.ts';
import { type Caller, recordAction } from './audited.ts';

/** Each event is sent to each endpoint: this bounds what one organization can make of one event. */
export const MOST_ENDPOINTS = 20;

// Two at once could otherwise both find room for one.
const lock: Statement = {
  name: 'lock_webhook_endpoints',
  text: `select pg_advisory_xact_lock(hashtextextended('turnout.webhook_endpoints ' || $1, 0))`,
};

const others: Statement = {
  name: 'other_webhook_endpoints',
  text: `
    select count(*)::int as count, (array_agg(endpoint_id) filter (where url = $2))[1] as same_url
    from notifier.webhook_endpoints
    where organization_id = $1 and deleted_at is null`,
};

export type EndpointCreated =
  | { outcome: 'created'; endpoint: StoredEndpoint; secret: string }
  | { outcome: 'refused'; refusal: 'webhook_endpoint_exists'; endpointId: string }
  | { outcome: 'refused'; refusal: 'too_many_webhook_endpoints' };

interface EndpointCreation {
  caller: Caller;
  sealing: Sealing;
  fields: EndpointFields;
}

/** Makes an endpoint and its first secret, which is answered in clear: the only time it can be seen. */
export async function createEndpoint(db: Db, creation: EndpointCreation): Promise<EndpointCreated> {
  try {
    return await create(db, creation);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    // Another endpoint was moved to this URL meanwhile. It is there to be seen now.
    return await create(db, creation);
  }
}

async function create(db: Db, { caller, sealing, fields }: EndpointCreation): Promise<EndpointCreated> {
  const { organizationId } = caller.principal;
  return await db.transaction(async (tx) => {
    tx.send(lock, [organizationId]);
    const [found] = await tx.query<{ count: number; same_url: string | null }>(others, [
      organizationId,
      fields.url,
    ]);
    if (found?.same_url) {
      return { outcome: 'refused', refusal: 'webhook_endpoint_exists', endpointId: found.same_url };
    }
    if ((found?.count ?? 0) >= MOST_ENDPOINTS) {
      return { outcome: 'refused', refusal: 'too_many_webhook_endpoints' };
    }
    const endpoint = await insertEndpoint(tx, organizationId, fields);
    const secret = newSecret();
    insertSecret(tx, endpoint.endpoint_id, sealing.seal(secret, endpoint.endpoint_id));
    const { endpoint_id: subjectId, event_types: eventTypes } = endpoint;
    recordAction(tx, caller, 'webhook_endpoint.created', { subjectId, details: { eventTypes } });
    return { outcome: 'created', endpoint, secret };
  });
}
