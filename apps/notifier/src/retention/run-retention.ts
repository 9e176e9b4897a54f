/**
 * What is done daily so that the notifier's tables do not grow for ever: what was received and told long ago is
 * forgotten, and of dead letters the content, which strangers may have written.
 *
 * Forgetting must not make anybody hear twice. What was received leaves an inbox row, by which a repeat is known. When
 * that row goes, the time before which nothing is remembered is noted in the same transaction, and an event from before
 * that time is told to nobody ever after (`consumers/store-events.ts`). Replays of dead letters end earlier: their
 * content is kept for a shorter time.
 */
import { inPortions } from '@turnout/runtime/in-portions';
import type { Logger } from '@turnout/runtime/logger';
import type { Queryable, Statement } from '@turnout/runtime/postgres';

export interface RetentionConfig {
  /** A cron expression, in UTC. */
  schedule: string;
  /** What was received, and what was told because of it. */
  messagesDays: number;
  /** The content of dead letters. */
  deadLettersDays: number;
}

export interface RetentionOptions {
  db: Queryable;
  config: Pick<RetentionConfig, 'messagesDays' | 'deadLettersDays'>;
  stopping: AbortSignal;
  logger: Logger;
}

/** Small enough for the deadline of a statement. */
const AT_ONCE = 500;

const forget: Statement = {
  name: 'forget_received',
  text: `select notifier.forget(clock_timestamp() - $1 * interval '1 day', $2) as messages`,
};

const emptyLetters: Statement = {
  name: 'empty_dead_letters',
  text: `
    with old as (
      select letter_id from notifier.dead_letters
      where body is not null and died_at < clock_timestamp() - $1 * interval '1 day'
      order by died_at
      limit $2
      for update skip locked
    )
    update notifier.dead_letters l
    set body = null, properties = null
    from old
    where l.letter_id = old.letter_id
    returning l.letter_id`,
};

/** Runs until nothing is left whose time is over, in bounded batches; any number of notifiers may. */
export async function runRetention({ db, config, stopping, logger }: RetentionOptions) {
  const letters = await inPortions(AT_ONCE, stopping, async () => {
    return (await db.query(emptyLetters, [config.deadLettersDays, AT_ONCE])).length;
  });
  const messages = await inPortions(AT_ONCE, stopping, async () => {
    const [row] = await db.query<{ messages: number }>(forget, [config.messagesDays, AT_ONCE]);
    return row?.messages ?? 0;
  });
  logger.info({ messages, letters }, 'retention');
  return { messages, letters };
}
