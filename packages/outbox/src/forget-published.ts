import type { Queryable } from '@turnout/runtime/postgres';

/**
 * Forgets the ids of messages that were published so many days ago, at most so many batches at once, and notes until
 * when it has forgotten: what is older than that can't be shown to have been announced any more. Answers how many
 * batches went.
 *
 * @throws when it is asked to forget what is younger than 30 days
 */
export async function forgetPublished(
  db: Queryable,
  { olderThanDays, limit }: { olderThanDays: number; limit: number },
): Promise<number> {
  const [row] = await db.query<{ batches: number }>(
    `select outbox.forget(clock_timestamp() - $1 * interval '1 day', $2) as batches`,
    [olderThanDays, limit],
  );
  return row?.batches ?? 0;
}
