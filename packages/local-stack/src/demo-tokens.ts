import { createTokenCommand } from '@turnout/access/create-token-command';
import { recordActions } from '@turnout/access/record-actions';
import { newId } from '@turnout/runtime/ids';
import { openDb, type Statement } from '@turnout/runtime/postgres';
import type { Stack } from './stack.ts';

const ROLES = { admin: 'admin', frontDesk: 'front_desk', supervisor: 'supervisor', auditor: 'auditor' };
const labelOf = (role: string, clone: string) => `${role} of npm start (${clone})`;

/**
 * Makes a token of each role for the organization, and revokes those of earlier starts of this clone. Another one may
 * be running on the same database: its tokens are left alone.
 */
export async function makeDemoTokens(
  databaseUrl: string,
  organization: string,
  clone: string,
): Promise<Stack['tokens']> {
  await using db = openDb({ url: databaseUrl, max: 1, applicationName: 'turnout-start' });
  await db.transaction(async (tx) => {
    const labels = Object.values(ROLES).map((role) => labelOf(role, clone));
    const revoked = await tx.query<{ organizationId: string; tokenId: string }>(revokeEarlier, [
      organization,
      labels,
    ]);
    const cause = newId();
    recordActions(
      tx,
      revoked.map(({ organizationId, tokenId }) => ({
        organizationId,
        action: 'token.revoked',
        actor: { type: 'system', id: 'npm start' },
        eventId: null,
        subjectId: tokenId,
        cause,
      })),
    );
  });
  const tokens: Record<string, string> = {};
  for (const [key, role] of Object.entries(ROLES)) {
    const argv = ['--organization', organization, '--role', role, '--label', labelOf(role, clone)];
    tokens[key] = await createTokenCommand(db, argv);
  }
  return tokens as Stack['tokens'];
}

const revokeEarlier: Statement = {
  name: 'revoke_tokens_of_earlier_starts',
  text: `
    update access.tokens t set revoked_at = clock_timestamp()
    from access.organizations o
    where o.slug = $1 and t.organization_id = o.organization_id and t.label = any($2) and t.revoked_at is null
    returning t.organization_id as "organizationId", t.token_id as "tokenId"`,
};
