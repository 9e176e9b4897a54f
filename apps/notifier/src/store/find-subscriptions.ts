import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { Subscription } from '../webhooks/webhooks-for.ts';

const find: Statement = {
  name: 'find_subscriptions',
  text: `
    select endpoint_id, organization_id, event_types
    from notifier.webhook_endpoints
    where organization_id = any ($1::uuid[]) and deleted_at is null and disabled_at is null`,
};

/** The endpoints of these organizations that take deliveries now. */
export async function findSubscriptions(tx: Tx, organizationIds: readonly string[]): Promise<Subscription[]> {
  const rows = await tx.query<{
    endpoint_id: string;
    organization_id: string;
    event_types: string[] | null;
  }>(find, [[...new Set(organizationIds)]]);
  return rows.map((row) => ({
    endpointId: row.endpoint_id,
    organizationId: row.organization_id,
    eventTypes: row.event_types,
  }));
}
