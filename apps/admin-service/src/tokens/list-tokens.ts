import type { Principal } from '@turnout/access/principal';
import { Op } from 'sequelize';
import type { TokenModel } from './token-model.ts';
import { visibleTokens } from './visible-tokens.ts';

export interface TokenList {
  principal: Principal;
  /** The last token of the page before. */
  after: string | null;
  limit: number;
}

/** Tokens, also revoked and expired ones, the newest first. */
export async function listTokens(
  Token: typeof TokenModel,
  { principal, after, limit }: TokenList,
): Promise<TokenModel[]> {
  return await Token.findAll({
    where: { ...visibleTokens(principal), ...(after === null ? {} : { tokenId: { [Op.lt]: after } }) },
    order: [['tokenId', 'desc']],
    limit,
  });
}
