import { timingSafeEqual } from 'node:crypto';
import type { Role } from '@turnout/contracts/http/tokens';
import { SECOND } from '@turnout/runtime/durations';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { Principal } from './principal.ts';

/** A revoked token stops working everywhere within this time; five seconds are promised. */
const CACHE_FOR = 3 * SECOND;
const CACHED_AT_MOST = 10_000;

/** A token as it was shown, with its secret hashed. */
export interface ShownToken {
  tokenId: string;
  secretHash: Buffer;
}

export interface TokenAuthenticator {
  /** Whom a token stands for, where that was looked up a moment ago. Waits for nothing. */
  remembered(shown: ShownToken): Principal | null;
  /** Whom a token stands for; null when it stands for nobody. Throws when the database is away. */
  whose(shown: ShownToken): Promise<Principal | null>;
}

interface TokenRow {
  organization_id: string;
  token_id: string;
  secret_hash: Buffer;
  /** Whether `secret_hash` still works along with the secret of a rotation. */
  secret_works: boolean;
  next_secret_hash: Buffer | null;
  next_secret_used: boolean;
  /** Until the token expires, or its old secret ends: from then on, this row is not true any more. */
  holds_for_ms: number | null;
  role: Role;
  label: string;
  event_ids: string[] | null;
  station: string | null;
}

interface Cached {
  until: number;
  row: Promise<TokenRow | undefined>;
  found?: TokenRow | undefined;
  /** The first use of a new secret, on its way to the database. */
  firstUse?: Promise<unknown[]>;
}

const findLiveToken: Statement = {
  name: 'find_live_token',
  text: `
    select organization_id, token_id, secret_hash, next_secret_hash, role, label, event_ids, station,
      next_secret_hash is null or next_secret_used_at is null or secret_ends_at > clock_timestamp() as secret_works,
      next_secret_used_at is not null as next_secret_used,
      1000 * extract(epoch from
        least(expires_at, case when secret_ends_at > clock_timestamp() then secret_ends_at end) - clock_timestamp()
      )::float8 as holds_for_ms
    from access.tokens
    where token_id = $1 and revoked_at is null and (expires_at is null or expires_at > clock_timestamp())`,
};

const noteFirstUse: Statement = {
  name: 'note_first_use_of_secret',
  text: `
    update access.tokens set next_secret_used_at = clock_timestamp()
    where token_id = $1 and next_secret_hash = $2 and next_secret_used_at is null
    returning token_id`,
};

/**
 * Look-ups are remembered for three seconds, so that a busy door costs the database one look-up in that time. None is
 * remembered past the moment at which its token expires or its old secret ends. A secret that does not fit what is
 * remembered is looked up at once: it may be the new one of a rotation.
 *
 * A new secret is let in when its first use is stored, and not before: from then on a rotation keeps it, and until then
 * one may replace it.
 */
export function tokenAuthenticator(db: Queryable): TokenAuthenticator {
  const cache = new Map<string, Cached>();

  function find(tokenId: string): Cached {
    const now = performance.now();
    const cached = cache.get(tokenId);
    if (cached && cached.until > now) return cached;
    const row = db.query<TokenRow>(findLiveToken, [tokenId]).then(([found]) => found);
    const entry: Cached = { until: now + CACHE_FOR, row };
    row.then(
      (found) => {
        entry.found = found;
        entry.until = Math.min(entry.until, now + (found?.holds_for_ms ?? CACHE_FOR));
      },
      () => cache.delete(tokenId),
    );
    if (cache.size >= CACHED_AT_MOST) cache.clear();
    cache.set(tokenId, entry);
    return entry;
  }

  /** The same from the database, unless somebody has just asked it. */
  function findAgain(tokenId: string, outdated: Cached): Cached {
    if (cache.get(tokenId) === outdated) cache.delete(tokenId);
    return find(tokenId);
  }

  async function judge({ tokenId, secretHash }: ShownToken, cached: Cached): Promise<Verdict> {
    const row = await cached.row;
    if (row === undefined) return 'nobody';
    if (row.secret_works && timingSafeEqual(row.secret_hash, secretHash)) return principalOf(row);
    if (row.next_secret_hash === null || !timingSafeEqual(row.next_secret_hash, secretHash))
      return 'other secret';
    if (!row.next_secret_used) {
      cached.firstUse ??= db.query(noteFirstUse, [tokenId, secretHash]);
      const noted = await cached.firstUse;
      // Noted by somebody else, or another rotation was faster: the row says which.
      if (noted.length === 0) return 'outdated';
    }
    return principalOf(row);
  }

  return {
    remembered({ tokenId, secretHash }) {
      const cached = cache.get(tokenId);
      if (cached?.found === undefined || cached.until <= performance.now()) return null;
      const row = cached.found;
      if (row.secret_works && timingSafeEqual(row.secret_hash, secretHash)) return principalOf(row);
      const next = row.next_secret_used ? row.next_secret_hash : null;
      return next !== null && timingSafeEqual(next, secretHash) ? principalOf(row) : null;
    },
    async whose(shown) {
      const cached = cache.get(shown.tokenId);
      const found = find(shown.tokenId);
      let verdict = await judge(shown, found);
      if (verdict === 'outdated' || (verdict === 'other secret' && found === cached)) {
        verdict = await judge(shown, findAgain(shown.tokenId, found));
      }
      return typeof verdict === 'string' ? null : verdict;
    },
  };
}

type Verdict = Principal | 'nobody' | 'other secret' | 'outdated';

function principalOf(row: TokenRow): Principal {
  return {
    organizationId: row.organization_id,
    tokenId: row.token_id,
    role: row.role,
    label: row.label,
    eventIds: row.event_ids,
    station: row.station,
  };
}
