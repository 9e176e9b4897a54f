import { SECOND } from '@turnout/runtime/durations';
import type { Queryable, Statement } from '@turnout/runtime/postgres';

export interface TokenUses extends AsyncDisposable {
  /** A token was used just now. Waits for nothing. */
  note(tokenId: string): void;
}

const WRITE_EVERY = 10 * SECOND;
/** Of a token that is in use all the time, so much time passes between two notes. */
const NOTE_AGAIN_AFTER = 50 * SECOND;
const REMEMBERED_AT_MOST = 10_000;

/** Rows that somebody else is changing are left out, so that nobody waits; they are noted next time. */
const storeUses: Statement = {
  name: 'store_token_uses',
  text: `
    with used as (
      select token_id from access.tokens
      where token_id = any($1) and (last_used_at is null or last_used_at < clock_timestamp() - interval '45 seconds')
      order by token_id
      for no key update skip locked
    )
    update access.tokens t set last_used_at = clock_timestamp() from used where t.token_id = used.token_id`,
};

/**
 * Notes when tokens were used last, to about a minute: what was used is kept here and written together now and then,
 * never on the way of a request. When the database is away it is not noted; the next use is.
 */
export function noteTokenUses(db: Queryable, { everyMs = WRITE_EVERY } = {}): TokenUses {
  const notedAt = new Map<string, number>();
  const due = new Set<string>();

  async function write(): Promise<void> {
    if (due.size === 0) return;
    const used = [...due];
    due.clear();
    try {
      await db.query(storeUses, [used]);
    } catch {
      for (const tokenId of used) notedAt.delete(tokenId);
    }
  }

  const timer = setInterval(() => void write(), everyMs);
  timer.unref();
  return {
    note(tokenId) {
      const now = performance.now();
      if (now - (notedAt.get(tokenId) ?? Number.NEGATIVE_INFINITY) < NOTE_AGAIN_AFTER) return;
      if (notedAt.size >= REMEMBERED_AT_MOST) notedAt.clear();
      notedAt.set(tokenId, now);
      due.add(tokenId);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await write();
    },
  };
}
