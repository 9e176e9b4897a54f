import type { Queryable, Statement } from '@turnout/runtime/postgres';

const clock: Statement = { name: 'read_clock', text: 'select clock_timestamp() as now' };

/** The database's clock: times that are compared with times of record come from it. */
export async function readClock(db: Queryable): Promise<Date> {
  const [row] = await db.query<{ now: Date }>(clock);
  if (!row) throw new Error('the clock did not answer');
  return row.now;
}
