import type { Queryable, Statement } from '@turnout/runtime/postgres';

const look: Statement = {
  name: 'forgotten_before',
  text: 'select before from notifier.forgotten',
};

/** Before which time (ms) it is not remembered any more what was received; -Infinity while all of it is. */
export async function forgottenBefore(db: Queryable): Promise<number> {
  const [row] = await db.query<{ before: Date }>(look);
  return row?.before.getTime() ?? Number.NEGATIVE_INFINITY;
}
