import { timingSafeEqual } from 'node:crypto';
import type { Role } from '@turnout/contracts/http/tokens';
import { SECOND } from '@turnout/runtime/durations';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { readToken } from './bearer-token.ts';
import type { Principal } from './principal.ts';

/** A revoked or expired token stops working everywhere within this time; five seconds are promised. */
const CACHE_FOR = 3 * SECOND;
const CACHED_AT_MOST = 10_000;

interface TokenRow {
  organization_id: string;
  token_id: string;
  secret_hash: Buffer;
  role: Role;
  label: string;
  event_ids: string[] | null;
  station: string | null;
}

const findLiveToken: Statement = {
  name: 'find_live_token',
  text: `
    select organization_id, token_id, secret_hash, role, label, event_ids, station
    from access.tokens
    where token_id = $1 and revoked_at is null and (expires_at is null or expires_at > clock_timestamp())`,
};

/**
 * Answers whom an `Authorization` header stands for, or null when it stands for nobody. Look-ups are remembered for
 * three seconds, so that a busy door costs the database one look-up in that time.
 */
export function tokenAuthenticator(db: Queryable): (header: string | undefined) => Promise<Principal | null> {
  const cache = new Map<string, { until: number; row: Promise<TokenRow | undefined> }>();

  function find(tokenId: string): Promise<TokenRow | undefined> {
    const now = performance.now();
    const cached = cache.get(tokenId);
    if (cached && cached.until > now) return cached.row;
    const row = db.query<TokenRow>(findLiveToken, [tokenId]).then(([found]) => found);
    row.catch(() => cache.delete(tokenId));
    if (cache.size >= CACHED_AT_MOST) cache.clear();
    cache.set(tokenId, { until: now + CACHE_FOR, row });
    return row;
  }

  return async (header) => {
    const [, token] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? [];
    const named = token === undefined ? null : readToken(token);
    if (!named) return null;
    const row = await find(named.tokenId);
    if (!row || !timingSafeEqual(row.secret_hash, named.secretHash)) return null;
    return {
      organizationId: row.organization_id,
      tokenId: row.token_id,
      role: row.role,
      label: row.label,
      eventIds: row.event_ids,
      station: row.station,
    };
  };
}
