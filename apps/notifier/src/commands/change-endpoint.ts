import type { ChangeWebhookEndpointRequest } from '@turnout/contracts/http/webhook-endpoints';
import { type Db, isUniqueViolation } from '@turnout/runtime/postgres';
import { lockEndpoint, type StoredEndpoint, updateEndpoint } from '../store/webhook-endpoints.ts';

export type EndpointChanged =
  | { outcome: 'changed'; endpoint: StoredEndpoint }
  | { outcome: 'not_found' }
  | { outcome: 'refused'; refusal: 'webhook_endpoint_exists' };

export async function changeEndpoint(
  db: Db,
  {
    organizationId,
    endpointId,
    changes,
  }: { organizationId: string; endpointId: string; changes: ChangeWebhookEndpointRequest },
): Promise<EndpointChanged> {
  try {
    return await db.transaction(async (tx) => {
      const found = await lockEndpoint(tx, organizationId, endpointId);
      if (!found) return { outcome: 'not_found' };
      const { url = found.url, eventTypes = found.event_types, description = found.description } = changes;
      const wasEnabled = found.disabled_at === null;
      const enabled = changes.enabled ?? wasEnabled;
      const anew = url !== found.url || (enabled && !wasEnabled);
      const endpoint = await updateEndpoint(tx, endpointId, { url, eventTypes, description, enabled, anew });
      return { outcome: 'changed', endpoint };
    });
  } catch (error) {
    if (isUniqueViolation(error)) return { outcome: 'refused', refusal: 'webhook_endpoint_exists' };
    throw error;
  }
}
