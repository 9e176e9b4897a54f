import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '@turnout/runtime/durations';
import { newId } from '@turnout/runtime/ids';
import { startPart } from '@turnout/runtime/lifecycle';
import { createLogger } from '@turnout/runtime/logger';
import type { Db } from '@turnout/runtime/postgres';
import { openPublisher, type Publisher } from '@turnout/runtime/rabbitmq';
import type { CommandResult } from '@turnout/runtime/run-command';
import { findDeadLetters, listDeadLetters } from '../dead-letters/find-dead-letters.ts';
import { whyRefused } from '../dead-letters/in-words.ts';
import type { StoredDeadLetter } from '../dead-letters/stored-dead-letter.ts';
import type { CommandOptions } from './command-options.ts';
import type { DeadLettersArguments, Selection } from './dead-letters-arguments.ts';
import { dropDeadLetter } from './drop-dead-letter.ts';
import type { Handled } from './handled.ts';
import { letters, lineOf } from './letter-line.ts';
import { replayDeadLetter } from './replay-dead-letter.ts';

const CONNECT_PATIENCE = 10 * SECOND;

/** Replays or drops the letters chosen, one after the other, as an operator. */
export async function handleDeadLetters(
  db: Db,
  amqpUrl: string | null,
  asked: Extract<DeadLettersArguments, { command: 'replay' | 'drop' }>,
  { print, say, stopping }: CommandOptions,
): Promise<CommandResult> {
  const { command, selection, dryRun } = asked;
  const chosen = await choose(db, selection);
  const unknown = selection.ids?.filter((id) => !chosen.some(({ letter_id }) => letter_id === id)) ?? [];
  for (const id of unknown) say(`${id}: there is no such dead letter`);
  if (dryRun) {
    for (const letter of chosen) print(lineOf(letter));
    const sentence = `Would ${command} ${letters(chosen.length)}; nothing was changed.`;
    return { code: unknown.length === 0 ? 0 : 1, sentence };
  }

  await using opened = new AsyncDisposableStack();
  const needsBroker = command === 'replay' && chosen.some(({ source }) => source === 'broker');
  const publisher = needsBroker ? opened.use(await connect(amqpUrl)) : NO_PUBLISHER;
  const acting = { actor: { type: 'operator' as const }, cause: `dead-letters ${newId()}`, caller: null };
  const counts = { done: 0, before: 0, refused: unknown.length };
  const done = { replay: 'Replayed', drop: 'Dropped' }[command];
  for (const { letter_id: letterId } of chosen) {
    if (stopping.aborted) break;
    const which = { letterId, sight: null, acting };
    const handled: Handled =
      asked.command === 'replay'
        ? await replayDeadLetter({ db, publisher, wake: () => undefined }, which)
        : await dropDeadLetter({ db }, { ...which, reason: asked.reason });
    say(`${letterId}: ${outcomeOf(handled, done)}`);
    if (handled.outcome !== 'done') counts.refused += 1;
    else if (handled.changed) counts.done += 1;
    else counts.before += 1;
    if (handled.outcome === 'refused' && handled.refusal === 'not_published') break;
  }
  return summary(done, chosen.length + unknown.length, counts);
}

function summary(
  done: string,
  asked: number,
  counts: { done: number; before: number; refused: number },
): CommandResult {
  const left = asked - counts.done - counts.before - counts.refused;
  const others = [
    ...(counts.before > 0 ? [`${counts.before} already ${done.toLowerCase()}`] : []),
    ...(counts.refused > 0 ? [`${counts.refused} refused, see above`] : []),
    ...(left > 0 ? [`${left} not tried`] : []),
  ];
  return {
    code: counts.refused + left === 0 ? 0 : 1,
    sentence: `${done} ${counts.done} of ${letters(asked)}${others.map((other) => `; ${other}`).join('')}.`,
  };
}

/** Those named, or those that are dead, the oldest first: so they arrive in the order in which they were meant to. */
async function choose(db: Db, selection: Selection): Promise<StoredDeadLetter[]> {
  if (selection.ids === null) {
    const { type, since, limit } = selection;
    const page = { after: null, limit, order: 'oldest' as const };
    return await listDeadLetters(db, null, { type, since, status: 'dead' }, page);
  }
  return await findDeadLetters(db, selection.ids);
}

async function connect(amqpUrl: string | null): Promise<Publisher> {
  const whatToDo = 'Check AMQP_URL; messages from the broker are replayed through it.';
  return await startPart('RabbitMQ', whatToDo, async () => {
    if (amqpUrl === null) throw new Error('AMQP_URL is not set');
    const logger = createLogger({ name: 'dead-letters', level: 'silent' });
    const publisher = openPublisher({ url: amqpUrl, name: 'dead-letters', logger });
    for (const since = performance.now(); performance.now() - since < CONNECT_PATIENCE; await sleep(50)) {
      if (publisher.connected) return publisher;
    }
    await publisher[Symbol.asyncDispose]();
    throw new Error(`it did not answer within ${CONNECT_PATIENCE / SECOND} seconds`);
  });
}

/** For letters that are not published from here. */
const NO_PUBLISHER: Pick<Publisher, 'publishAll'> & AsyncDisposable = {
  publishAll: async (messages) => messages.map(() => 'unknown'),
  [Symbol.asyncDispose]: async () => undefined,
};

function outcomeOf(handled: Handled, done: string): string {
  if (handled.outcome === 'not_found') return 'there is no such dead letter';
  if (handled.outcome === 'refused')
    return `not ${done.toLowerCase()}. ${whyRefused(handled.refusal, handled.letter)}`;
  return handled.changed ? done.toLowerCase() : `already ${done.toLowerCase()}`;
}
