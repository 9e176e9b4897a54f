import { requireDatabaseNow } from '@turnout/database/require-database';
import { type Db, openDb } from '@turnout/runtime/postgres';
import type { CommandResult } from '@turnout/runtime/run-command';
import { findDeadLetter, listActions, listDeadLetters } from '../dead-letters/find-dead-letters.ts';
import { letterStory } from '../dead-letters/letter-body.ts';
import type { CommandOptions } from './command-options.ts';
import { readArguments, type Selection, usage } from './dead-letters-arguments.ts';
import { handleDeadLetters } from './handle-dead-letters.ts';
import { letters, lineOf } from './letter-line.ts';

/**
 * `npm run dead-letters`: what the routes do, for the operator of the system, across all organizations.
 *
 * @throws ConfigurationError, StartError: sentences that say what to do
 */
export async function deadLettersCommand(
  argv: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const asked = readArguments(argv);
  if ('problem' in asked) return { code: 2, sentence: `${asked.problem}\n${usage}` };
  const config = options.config();
  await using db = openDb({ url: config.databaseUrl, max: 2, applicationName: 'dead-letters' });
  await requireDatabaseNow(db);
  switch (asked.command) {
    case 'list':
      return await list(db, asked.selection, options.print);
    case 'show':
      return await show(db, asked.id, options.print);
    case 'drop':
    case 'replay':
      return await handleDeadLetters(db, config.amqpUrl, asked, options);
  }
}

async function list(
  db: Db,
  selection: Extract<Selection, { ids: null }>,
  print: (line: string) => void,
): Promise<CommandResult> {
  const { type, since, limit } = selection;
  const filter = { type, since, status: 'dead' as const };
  const page = { after: null, limit: limit + 1, order: 'newest' as const };
  const found = await listDeadLetters(db, null, filter, page);
  const shown = found.slice(0, limit);
  for (const letter of shown) print(lineOf(letter));
  const more = found.length > limit ? ' There are more; raise --limit.' : '';
  return {
    code: 0,
    sentence: shown.length === 0 ? 'There are no dead letters.' : `${letters(shown.length)}.${more}`,
  };
}

async function show(db: Db, id: string, print: (line: string) => void): Promise<CommandResult> {
  const letter = await findDeadLetter(db, null, id);
  if (letter === null) return { code: 1, sentence: `There is no dead letter ${id}.` };
  print(JSON.stringify(letterStory(letter, await listActions(db, id)), null, 2));
  return { code: 0, sentence: `Dead letter ${id} is ${letter.status}.` };
}
