import { givenToken } from '@turnout/test-kit/given';
import type { Caller } from './line.ts';
import { limitedToken, type Place, tokenIdOf } from './world.ts';

/** What each caller of the matrix sends; nobody sends nothing. */
export type Tokens = Record<Caller, string | undefined>;

export async function givenTokens(here: Place, elsewhere: Place, abroad: Place): Promise<Tokens> {
  const { services, organization } = here;
  const ended = async (how: 'revoked_at' | 'expires_at') => {
    const token = await givenToken(services.owner, organization.id, 'admin');
    await services.owner.query(`update access.tokens set ${how} = now() where token_id = $1`, [
      tokenIdOf(token),
    ]);
    return token;
  };
  return {
    ...organization.tokens,
    nobody: undefined,
    revoked: await ended('revoked_at'),
    expired: await ended('expires_at'),
    elsewhere: await limitedToken(elsewhere),
    stranger: abroad.organization.tokens.admin,
  };
}
