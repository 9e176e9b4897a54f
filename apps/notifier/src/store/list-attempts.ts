import type { Queryable, Statement } from '@turnout/runtime/postgres';

export interface StoredAttempt {
  attempt: number;
  started_at: Date;
  duration_ms: number;
  status_code: number | null;
  error: string | null;
  requested_by: string | null;
}

const list: Statement = {
  name: 'list_delivery_attempts',
  text: `
    select attempt, started_at, duration_ms, status_code, error, requested_by
    from notifier.delivery_attempts
    where delivery_id = $1 and ($2::int is null or attempt < $2)
    order by attempt desc
    limit $3`,
};

/** Attempts of one delivery, newest first. */
export async function listAttempts(
  db: Queryable,
  { deliveryId, before, limit }: { deliveryId: string; before: number | null; limit: number },
): Promise<StoredAttempt[]> {
  return await db.query<StoredAttempt>(list, [deliveryId, before, limit]);
}
