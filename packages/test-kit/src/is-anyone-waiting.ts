import type { Queryable } from '@turnout/runtime/postgres';

/** Whether somebody waits for a lock in this database right now: to be asked until somebody does. */
export async function isAnyoneWaiting(db: Queryable): Promise<boolean> {
  const waiting = await db.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return waiting.length > 0;
}
