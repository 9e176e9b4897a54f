import type { Principal } from '@turnout/access/principal';
import type { Role, TokenState } from '@turnout/contracts/http/tokens';

/** A row of access.tokens without its secrets. */
export interface StoredToken {
  tokenId: string;
  role: Role;
  label: string;
  eventIds: string[] | null;
  station: string | null;
  state: TokenState;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  rotatedAt: Date | null;
  firstUsedAt: Date | null;
  overlapEndsAt: Date | null;
  createdAt: Date;
}

const STATE = `
  case when revoked_at is not null then 'revoked' when expires_at <= clock_timestamp() then 'expired' else 'active' end`;

/** The columns of a {@link StoredToken}. */
export const TOKEN_COLUMNS = `
  token_id as "tokenId", role, label, event_ids as "eventIds", station, ${STATE} as state,
  expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt",
  next_secret_at as "rotatedAt", next_secret_used_at as "firstUsedAt", secret_ends_at as "overlapEndsAt",
  created_at as "createdAt"`;

/** Is it in this state, where one is asked for? */
export const IN_STATE = (parameter: string) => `(${parameter}::text is null or ${parameter} = ${STATE})`;

/**
 * The tokens a principal may know of: its organization's, and if it is limited to some events, those limited to them.
 * Needs {@link visibleTo} as $1 and $2.
 */
export const VISIBLE = 'organization_id = $1 and ($2::uuid[] is null or event_ids <@ $2)';

/** The values of $1 and $2 in {@link VISIBLE}. */
export function visibleTo({ organizationId, eventIds }: Principal): [string, readonly string[] | null] {
  return [organizationId, eventIds];
}
