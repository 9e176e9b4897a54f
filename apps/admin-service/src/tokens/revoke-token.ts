import type { Principal } from '@turnout/access/principal';
import { fn } from 'sequelize';
import type { TokenModel } from './token-model.ts';
import { visibleTokens } from './visible-tokens.ts';

/** Revokes a token for ever. One that is revoked already stays so, since then. False when there is no such token. */
export async function revokeToken(
  Token: typeof TokenModel,
  principal: Principal,
  tokenId: string,
): Promise<boolean> {
  const which = { ...visibleTokens(principal), tokenId };
  const [revoked] = await Token.update(
    { revokedAt: fn('clock_timestamp') },
    { where: { ...which, revokedAt: null } },
  );
  return revoked > 0 || (await Token.count({ where: which })) > 0;
}
