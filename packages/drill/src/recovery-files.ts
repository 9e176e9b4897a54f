import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@turnout/local-stack/places';
import type { Queryable } from '@turnout/runtime/postgres';

/** The statement of a file that operators are told to run after a restore. */
const statementOf = (name: string) =>
  readFileSync(join(ROOT, 'packages', 'database', 'recovery', `${name}.sql`), 'utf8');

/** Owes a mail to everyone of whom the notifier has forgotten that they attended. */
export async function tellForgotten(db: Queryable): Promise<void> {
  await db.query(statementOf('tell-forgotten'));
}

/** Which of these message ids the database knows nothing of. */
export async function unknownMessages(db: Queryable, ids: readonly string[]): Promise<string[]> {
  const statement = statementOf('unknown-messages').replace(":'ids'", '$1');
  const rows = await db.query<{ message_id: string }>(statement, [ids]);
  return rows.map(({ message_id }) => message_id);
}
