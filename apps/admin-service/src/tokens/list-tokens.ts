import type { Principal } from '@turnout/access/principal';
import type { Role, TokenState } from '@turnout/contracts/http/tokens';
import { HIGHEST_ID } from '@turnout/runtime/ids';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { IN_STATE, type StoredToken, TOKEN_COLUMNS, VISIBLE, visibleTo } from './stored-token.ts';

export interface TokenList {
  principal: Principal;
  state: TokenState | null;
  role: Role | null;
  /** The last token of the page before. */
  after: string | null;
  limit: number;
}

const selectTokens: Statement = {
  name: 'list_tokens',
  text: `
    select ${TOKEN_COLUMNS}
    from access.tokens
    where ${VISIBLE} and token_id < $3 and ($4::text is null or role = $4) and ${IN_STATE('$5')}
    order by token_id desc
    limit $6`,
};

/** Tokens, also revoked and expired ones, the newest first. */
export async function listTokens(
  db: Queryable,
  { principal, state, role, after, limit }: TokenList,
): Promise<StoredToken[]> {
  const values = [...visibleTo(principal), after ?? HIGHEST_ID, role, state, limit];
  return await db.query<StoredToken>(selectTokens, values);
}
