import { SECOND } from '@turnout/runtime/durations';
import type { Db, Tx } from '@turnout/runtime/postgres';
import type { Publisher } from '@turnout/runtime/rabbitmq';
import { lockDeadLetter } from '../dead-letters/find-dead-letters.ts';
import { type Acting, recordLetterAction } from '../dead-letters/note-action.ts';
import { type ReplayProperties, replayMessage } from '../dead-letters/replay-message.ts';
import type { StoredDeadLetter } from '../dead-letters/stored-dead-letter.ts';
import type { Sight } from '../dead-letters/visible-letters.ts';
import { whyNotDeliverable } from '../store/why-not-deliverable.ts';
import type { DeadLetterRefusal, Handled } from './handled.ts';

export interface ReplayContext {
  db: Db;
  publisher: Pick<Publisher, 'publishAll'>;
  /** Told after a commit that made a delivery due. */
  wake: () => void;
}

/** Within the time of a request, with room for the statements around it. */
const PUBLISH_DEADLINE = SECOND;

/**
 * Sends a dead letter again: a message to the notifier's queue, with its id; a delivery as one that is due, with all
 * its attempts; a message of the outbox back to those to be published.
 *
 * Whoever asks first holds the letter, and a second call answers the same without sending again. A message is confirmed
 * by the broker before the letter is written down as replayed. Should the process die in between, the letter is still
 * dead, and replaying it sends a second copy with the same id, which has no second effect.
 */
export async function replayDeadLetter(
  context: ReplayContext,
  { letterId, sight, acting }: { letterId: string; sight: Sight; acting: Acting },
): Promise<Handled> {
  const { db, wake } = context;
  const handled = await db.transaction(async (tx): Promise<Handled> => {
    const letter = await lockDeadLetter(tx, sight, letterId);
    if (letter === null) return { outcome: 'not_found' };
    if (letter.status === 'dropped') return { outcome: 'refused', refusal: 'already_dropped', letter };
    if (letter.status === 'replayed') return { outcome: 'done', letter, changed: false };
    const problem = await sendAgain(context, tx, letter);
    if (problem !== null) return { outcome: 'refused', refusal: problem, letter };
    const [replayed] = await tx.query<Pick<StoredDeadLetter, 'replayed_at'>>(
      `update notifier.dead_letters set status = 'replayed', replays = replays + 1, replayed_at = clock_timestamp()
       where letter_id = $1 returning replayed_at`,
      [letterId],
    );
    recordLetterAction(tx, letter, acting, { name: 'replayed', reason: null });
    return {
      outcome: 'done',
      changed: true,
      letter: {
        ...letter,
        status: 'replayed',
        replays: letter.replays + 1,
        replayed_at: replayed?.replayed_at ?? null,
      },
    };
  });
  if (handled.outcome === 'done' && handled.changed) wake();
  return handled;
}

async function sendAgain(
  { publisher }: ReplayContext,
  tx: Tx,
  letter: StoredDeadLetter,
): Promise<DeadLetterRefusal | null> {
  switch (letter.source) {
    case 'broker':
      return await publishAgain(publisher, tx, letter);
    case 'delivery': {
      const problem = await whyNotDeliverable(tx, letter.identity);
      if (problem !== null) return problem;
      tx.send(
        `update notifier.deliveries set status = 'pending', refused = 0, next_attempt_at = clock_timestamp()
         where delivery_id = $1 and status = 'failed'`,
        [letter.identity],
      );
      return null;
    }
    case 'outbox':
      tx.send('select outbox.send_again($1)', [letter.identity]);
      return null;
  }
}

async function publishAgain(
  publisher: Pick<Publisher, 'publishAll'>,
  tx: Tx,
  { letter_id: letterId, replays }: StoredDeadLetter,
): Promise<'body_not_kept' | 'not_published' | null> {
  const [kept] = await tx.query<{ body: Buffer | null; properties: ReplayProperties }>(
    'select body, properties from notifier.dead_letters where letter_id = $1',
    [letterId],
  );
  if (!kept?.body) return 'body_not_kept';
  const message = replayMessage({
    letterId,
    replay: replays + 1,
    properties: kept.properties,
    body: kept.body,
  });
  const [outcome] = await publisher.publishAll([message], PUBLISH_DEADLINE);
  return outcome === 'confirmed' ? null : 'not_published';
}
