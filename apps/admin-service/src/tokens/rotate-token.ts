import { actorOf } from '@turnout/access/actor-of';
import { newToken } from '@turnout/access/bearer-token';
import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import type { Db, Statement, Tx } from '@turnout/runtime/postgres';
import { type StoredToken, TOKEN_COLUMNS, VISIBLE, visibleTo } from './stored-token.ts';

export interface Rotation {
  principal: Principal;
  tokenId: string;
  /** The hash of the secret that asks for another one in its own place; null where an admin asks. */
  shown: Buffer | null;
  /** For so long the old secret works in any case. */
  overlapMinutes: number;
  requestId: string;
}

export type Rotated =
  | { outcome: 'rotated'; token: string; stored: StoredToken }
  | { outcome: 'refused'; refusal: 'not_found' | 'token_ended' | 'token_superseded' };

interface LockedToken {
  ended: boolean;
  new_in_use: boolean;
  secret_hash: Buffer;
  next_secret_hash: Buffer | null;
}

const lockToken: Statement = {
  name: 'lock_token_to_rotate',
  text: `
    select revoked_at is not null or coalesce(expires_at <= clock_timestamp(), false) as ended,
      next_secret_used_at is not null as new_in_use, secret_hash, next_secret_hash
    from access.tokens where ${VISIBLE} and token_id = $3
    for update`,
};

const giveSecret: Statement = {
  name: 'give_token_another_secret',
  text: `
    update access.tokens set
      secret_hash = case when next_secret_used_at is null then secret_hash else next_secret_hash end,
      next_secret_hash = $3,
      next_secret_at = clock_timestamp(),
      next_secret_used_at = null,
      secret_ends_at = clock_timestamp() + make_interval(mins => $4)
    where organization_id = $1 and token_id = $2
    returning ${TOKEN_COLUMNS}`,
};

/**
 * Gives a token another secret, which is shown once. The one that is in use goes on to work for the overlap, and after
 * it until the new one was used, so an answer that gets lost locks nobody out: whoever did not hear it asks again with
 * what they have, and a new secret that nobody has used is replaced.
 */
export async function rotateToken(db: Db, rotation: Rotation): Promise<Rotated> {
  const { principal, tokenId, shown } = rotation;
  return await db.transaction(async (tx) => {
    const [locked] = await tx.query<LockedToken>(lockToken, [...visibleTo(principal), tokenId]);
    if (locked === undefined) return refused('not_found');
    if (locked.ended) return refused('token_ended');
    if (shown !== null && !mayAskForAnother(shown, locked)) return refused('token_superseded');
    return await giveAnother(tx, rotation);
  });
}

/** What was replaced by a secret that is in use would otherwise take the place of that one. */
function mayAskForAnother(
  shown: Buffer,
  { new_in_use, secret_hash, next_secret_hash }: LockedToken,
): boolean {
  const newest = new_in_use ? next_secret_hash : secret_hash;
  return newest?.equals(shown) === true;
}

async function giveAnother(tx: Tx, rotation: Rotation): Promise<Rotated> {
  const { principal, tokenId, overlapMinutes, requestId } = rotation;
  const { organizationId } = principal;
  const { token, secretHash } = newToken(tokenId);
  const [stored] = await tx.query<StoredToken>(giveSecret, [
    organizationId,
    tokenId,
    secretHash,
    overlapMinutes,
  ]);
  if (stored === undefined) return refused('not_found');
  recordActions(tx, [
    {
      organizationId,
      action: 'token.rotated',
      actor: actorOf(principal),
      eventId: null,
      subjectId: tokenId,
      details: { overlapMinutes },
      cause: requestId,
    },
  ]);
  return { outcome: 'rotated', token, stored };
}

function refused(refusal: 'not_found' | 'token_ended' | 'token_superseded'): Rotated {
  return { outcome: 'refused', refusal };
}
