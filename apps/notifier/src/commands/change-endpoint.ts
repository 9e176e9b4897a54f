import type { ChangeWebhookEndpointRequest } from '@turnout/contracts/http/webhook-endpoints';
import { type Db, isUniqueViolation } from '@turnout/runtime/postgres';
import { lockEndpoint, type StoredEndpoint, updateEndpoint } from '../store/webhook-endpoints.ts';
import { type Caller, recordAction } from './audited.ts';

export type EndpointChanged =
  | { outcome: 'changed'; endpoint: StoredEndpoint }
  | { outcome: 'not_found' }
  | { outcome: 'refused'; refusal: 'webhook_endpoint_exists' };

/**
 * Changes what `changes` names and nothing else, and writes it down, in one transaction that holds the endpoint locked.
 */
export async function changeEndpoint(
  db: Db,
  {
    caller,
    endpointId,
    changes,
  }: { caller: Caller; endpointId: string; changes: ChangeWebhookEndpointRequest },
): Promise<EndpointChanged> {
  const { organizationId } = caller.principal;
  try {
    return await db.transaction(async (tx) => {
      const found = await lockEndpoint(tx, organizationId, endpointId);
      if (!found) return { outcome: 'not_found' };
      const { url = found.url, eventTypes = found.event_types, description = found.description } = changes;
      const wasEnabled = found.disabled_at === null;
      const enabled = changes.enabled ?? wasEnabled;
      const anew = url !== found.url || (enabled && !wasEnabled);
      const endpoint = await updateEndpoint(tx, endpointId, { url, eventTypes, description, enabled, anew });
      const after = { eventTypes, enabled };
      recordAction(tx, caller, 'webhook_endpoint.changed', {
        subjectId: endpointId,
        details: {
          before: { eventTypes: found.event_types, enabled: wasEnabled },
          after,
          urlChanged: url !== found.url,
        },
      });
      return { outcome: 'changed', endpoint };
    });
  } catch (error) {
    if (isUniqueViolation(error)) return { outcome: 'refused', refusal: 'webhook_endpoint_exists' };
    throw error;
  }
}
