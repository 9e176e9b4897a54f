import type { Role } from '@turnout/contracts/http/tokens';
import { newId } from '@turnout/runtime/ids';
import type { Queryable } from '@turnout/runtime/postgres';
import { newToken } from './bearer-token.ts';

export interface TokenGrant {
  organizationId: string;
  role: Role;
  label: string;
  eventIds: readonly string[] | null;
  station: string | null;
  expiresAt: Date | null;
}

/** Stores a new token as a hash and returns it in clear: the only time it can be seen. */
export async function issueToken(
  db: Queryable,
  grant: TokenGrant,
): Promise<{ tokenId: string; token: string; createdAt: Date }> {
  const { tokenId, token, secretHash } = newToken();
  const [stored] = await db.query<{ created_at: Date }>(
    `insert into access.tokens
       (organization_id, token_id, secret_hash, role, label, event_ids, station, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     returning created_at`,
    [
      grant.organizationId,
      tokenId,
      secretHash,
      grant.role,
      grant.label,
      grant.eventIds,
      grant.station,
      grant.expiresAt,
    ],
  );
  return { tokenId, token, createdAt: stored?.created_at ?? new Date() };
}

/** The id of the organization with this slug, which is made if it is new. */
export async function ensureOrganization(db: Queryable, slug: string): Promise<string> {
  await db.query(
    'insert into access.organizations (organization_id, slug) values ($1, $2) on conflict (slug) do nothing',
    [newId(), slug],
  );
  const [organization] = await db.query<{ organization_id: string }>(
    'select organization_id from access.organizations where slug = $1',
    [slug],
  );
  if (!organization) throw new Error(`organization ${slug} could not be created`);
  return organization.organization_id;
}
