import type { Db } from '@turnout/runtime/postgres';
import { lockEndpoint } from '../store/webhook-endpoints.ts';
import { countSecrets, expireSecrets, insertSecret } from '../store/webhook-secrets.ts';
import type { Sealing } from '../webhooks/sealing.ts';
import { newSecret } from '../webhooks/signature.ts';
import { type Caller, recordAction } from './audited.ts';

/** Each makes one more signature in the header of every message. */
export const MOST_SECRETS = 5;

export type SecretRotated =
  | { outcome: 'rotated'; secret: string; previousExpireAt: Date }
  | { outcome: 'not_found' }
  | { outcome: 'refused'; refusal: 'too_many_webhook_secrets' };

/**
 * Gives an endpoint a new secret; those from before sign as well for so many hours. All of them, not only the last: a
 * rotation whose answer was lost and that is repeated must not end the one that the receiver still has.
 */
export async function rotateSecret(
  db: Db,
  options: { caller: Caller; endpointId: string; overlapHours: number; sealing: Sealing },
): Promise<SecretRotated> {
  const { caller, endpointId, overlapHours, sealing } = options;
  const { organizationId } = caller.principal;
  return await db.transaction(async (tx) => {
    if (!(await lockEndpoint(tx, organizationId, endpointId))) return { outcome: 'not_found' };
    if (overlapHours > 0 && (await countSecrets(tx, endpointId)) >= MOST_SECRETS) {
      return { outcome: 'refused', refusal: 'too_many_webhook_secrets' };
    }
    const previousExpireAt = await expireSecrets(tx, endpointId, overlapHours);
    const secret = newSecret();
    insertSecret(tx, endpointId, sealing.seal(secret, endpointId));
    recordAction(tx, caller, 'webhook_endpoint.secret_rotated', {
      subjectId: endpointId,
      details: { overlapHours },
    });
    return { outcome: 'rotated', secret, previousExpireAt };
  });
}
