import type { DeadLetterActor } from '@turnout/contracts/http/dead-letters';
import type { Queryable, Tx } from '@turnout/runtime/postgres';
import { letterColumns, type StoredDeadLetter } from './stored-dead-letter.ts';
import { type Sight, sightValues, visible } from './visible-letters.ts';

export interface DeadLetterFilter {
  type: string | null;
  /** Died at this time or later. */
  since: Date | null;
  status: StoredDeadLetter['status'] | null;
}

export interface DeadLetterPage {
  /** Only letters beyond this one, in the order asked for. */
  after: string | null;
  limit: number;
  order: 'newest' | 'oldest';
}

export interface StoredAction {
  action: 'replayed' | 'dropped';
  actor: DeadLetterActor;
  reason: string | null;
  cause: string;
  at: Date;
}

// Not a named statement: planned anew with its values each time, so that conditions which are not asked for vanish.
const list = (beyond: '<' | '>', order: 'desc' | 'asc') => `
  select ${letterColumns}
  from notifier.dead_letters l
  where ${visible}
    and ($4::text is null or l.type = $4::text)
    and ($5::timestamptz is null or l.died_at >= $5::timestamptz)
    and ($6::text is null or l.status = $6::text)
    and ($7::uuid is null or l.letter_id ${beyond} $7::uuid)
  order by l.letter_id ${order}
  limit $8`;

const lists = { newest: list('<', 'desc'), oldest: list('>', 'asc') };

/** Letters in the order in which they first died. */
export async function listDeadLetters(
  db: Queryable,
  sight: Sight,
  { type, since, status }: DeadLetterFilter,
  { after, limit, order }: DeadLetterPage,
): Promise<StoredDeadLetter[]> {
  return await db.query<StoredDeadLetter>(lists[order], [
    ...sightValues(sight),
    type,
    since,
    status,
    after,
    limit,
  ]);
}

const find = `select ${letterColumns} from notifier.dead_letters l where ${visible} and l.letter_id = $4`;

/** The letter, or null where there is none to be seen. */
export async function findDeadLetter(
  db: Queryable,
  sight: Sight,
  letterId: string,
): Promise<StoredDeadLetter | null> {
  const [letter] = await db.query<StoredDeadLetter>(find, [...sightValues(sight), letterId]);
  return letter ?? null;
}

/** Those of these letters that exist, whosever they are, the oldest first. */
export async function findDeadLetters(db: Queryable, ids: readonly string[]): Promise<StoredDeadLetter[]> {
  return await db.query<StoredDeadLetter>(
    `select ${letterColumns} from notifier.dead_letters l where l.letter_id = any ($1::uuid[]) order by l.letter_id`,
    [ids],
  );
}

/** The letter, and nobody else changes it before the transaction ends. Null where there is none to be seen. */
export async function lockDeadLetter(
  tx: Tx,
  sight: Sight,
  letterId: string,
): Promise<StoredDeadLetter | null> {
  const [letter] = await tx.query<StoredDeadLetter>(`${find} for update of l`, [
    ...sightValues(sight),
    letterId,
  ]);
  return letter ?? null;
}

/** What was done to a letter, oldest first. */
export async function listActions(db: Queryable, letterId: string): Promise<StoredAction[]> {
  return await db.query<StoredAction>(
    `select action, actor, reason, cause, at from notifier.dead_letter_actions where letter_id = $1 order by action_id`,
    [letterId],
  );
}
