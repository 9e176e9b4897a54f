import type { Db } from '@turnout/runtime/postgres';
import { lockDeadLetter } from '../dead-letters/find-dead-letters.ts';
import { type Acting, recordLetterAction } from '../dead-letters/note-action.ts';
import type { StoredDeadLetter } from '../dead-letters/stored-dead-letter.ts';
import type { Sight } from '../dead-letters/visible-letters.ts';
import type { Handled } from './handled.ts';

/**
 * Lets a dead letter go, for ever: it stays to be seen, with the reason, and its content is removed. Dropping it again
 * changes nothing and answers the first reason.
 */
export async function dropDeadLetter(
  { db }: { db: Db },
  { letterId, sight, acting, reason }: { letterId: string; sight: Sight; acting: Acting; reason: string },
): Promise<Handled> {
  return await db.transaction(async (tx): Promise<Handled> => {
    const letter = await lockDeadLetter(tx, sight, letterId);
    if (letter === null) return { outcome: 'not_found' };
    if (letter.status === 'replayed') return { outcome: 'refused', refusal: 'already_replayed', letter };
    if (letter.status === 'dropped') return { outcome: 'done', letter, changed: false };
    const [dropped] = await tx.query<Pick<StoredDeadLetter, 'dropped_at'>>(
      `update notifier.dead_letters
       set status = 'dropped', dropped_at = clock_timestamp(), drop_reason = $2, body = null, properties = null
       where letter_id = $1 returning dropped_at`,
      [letterId, reason],
    );
    recordLetterAction(tx, letter, acting, { name: 'dropped', reason });
    return {
      outcome: 'done',
      changed: true,
      letter: {
        ...letter,
        status: 'dropped',
        dropped_at: dropped?.dropped_at ?? null,
        drop_reason: reason,
      },
    };
  });
}
