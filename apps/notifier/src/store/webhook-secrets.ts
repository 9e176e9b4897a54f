import { newId } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';

const insert: Statement = {
  name: 'insert_webhook_secret',
  text: 'insert into notifier.webhook_secrets (endpoint_id, secret_id, sealed) values ($1, $2, $3)',
};

/**
 * The newest secret of an endpoint; older ones must have an end before. Sent with the transaction's other statements.
 */
export function insertSecret(tx: Tx, endpointId: string, sealed: Buffer): void {
  tx.send(insert, [endpointId, newId(), sealed]);
}

const expire: Statement = {
  name: 'expire_webhook_secrets',
  text: `
    update notifier.webhook_secrets
    set expires_at = least(expires_at, clock_timestamp() + $2 * interval '1 hour')
    where endpoint_id = $1
    returning expires_at`,
};

/**
 * Ends all secrets of an endpoint within so many hours, none later than it would have; answers when the last one ends.
 */
export async function expireSecrets(tx: Tx, endpointId: string, hours: number): Promise<Date> {
  const ends = await tx.query<{ expires_at: Date }>(expire, [endpointId, hours]);
  return new Date(Math.max(0, ...ends.map(({ expires_at }) => expires_at.getTime())));
}

const removeExpired: Statement = {
  name: 'remove_expired_webhook_secrets',
  text: 'delete from notifier.webhook_secrets where endpoint_id = $1 and expires_at <= clock_timestamp()',
};

const count: Statement = {
  name: 'count_webhook_secrets',
  text: 'select count(*)::int as count from notifier.webhook_secrets where endpoint_id = $1',
};

/** Forgets secrets that have ended, and answers how many are left. The endpoint has to be locked. */
export async function countSecrets(tx: Tx, endpointId: string): Promise<number> {
  tx.send(removeExpired, [endpointId]);
  const [row] = await tx.query<{ count: number }>(count, [endpointId]);
  return row?.count ?? 0;
}

const removeAll: Statement = {
  name: 'remove_webhook_secrets',
  text: 'delete from notifier.webhook_secrets where endpoint_id = $1',
};

/** Removes all secrets of an endpoint when `tx` commits: nothing can be signed for it any more. */
export function removeSecrets(tx: Tx, endpointId: string): void {
  tx.send(removeAll, [endpointId]);
}
