import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import type { Db, Statement } from '@turnout/runtime/postgres';
import { VISIBLE, visibleTo } from './stored-token.ts';

const revoke: Statement = {
  name: 'revoke_token',
  text: `
    with found as (
      select organization_id, token_id, revoked_at from access.tokens where ${VISIBLE} and token_id = $3 for update
    ), revoked as (
      update access.tokens t set revoked_at = clock_timestamp() from found
      where t.organization_id = found.organization_id and t.token_id = found.token_id and found.revoked_at is null
      returning t.token_id
    )
    select (select count(*) from revoked)::int as revoked from found`,
};

/** Revokes a token for ever. One that is revoked already stays so, since then. False when there is no such token. */
export async function revokeToken(
  db: Db,
  principal: Principal,
  { tokenId, requestId }: { tokenId: string; requestId: string },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const [found] = await tx.query<{ revoked: number }>(revoke, [...visibleTo(principal), tokenId]);
    if (found === undefined) return false;
    if (found.revoked > 0) {
      recordActions(tx, [
        {
          organizationId: principal.organizationId,
          action: 'token.revoked',
          actor: actorOf(principal),
          eventId: null,
          subjectId: tokenId,
          cause: requestId,
        },
      ]);
    }
    return true;
  });
}
