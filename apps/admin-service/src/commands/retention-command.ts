import { parseArgs } from 'node:util';
import { requireDatabaseNow } from '@turnout/database/require-database';
import { createLogger } from '@turnout/runtime/logger';
import type { CommandResult } from '@turnout/runtime/run-command';
import { readRetentionConfig } from '../config.ts';
import { openRetentionDb } from '../retention/open-retention-db.ts';
import { runRetention } from '../retention/run-retention.ts';

const usage = 'usage: npm run retention -- --dry-run | --now';

/**
 * `npm run retention`: counts the people past their retention period, or runs the daily clean-up now.
 *
 * @throws ConfigurationError, StartError: sentences that say what to do
 */
export async function retentionCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  stopping: AbortSignal,
): Promise<CommandResult> {
  const asked = readArguments(argv);
  if ('problem' in asked) return { code: 2, sentence: `${asked.problem}\n${usage}` };
  const { dryRun } = asked;
  const config = readRetentionConfig(env);
  const logger = createLogger({
    name: 'retention',
    level: 'info',
    format: 'pretty',
    destination: process.stderr,
  });
  await using db = openRetentionDb(config, 'retention');
  await requireDatabaseNow(db);
  const counts = await runRetention({ db, config: config.retention, dryRun, stopping, logger });
  const { finished, people, erasuresResumed, unknownCodes, published } = counts;
  if (dryRun)
    return {
      code: 0,
      sentence: `${people} ${people === 1 ? 'person is' : 'people are'} past their retention period; nothing was changed.`,
    };
  const done =
    `erased ${people} people, resumed ${erasuresResumed} erasures, made ${unknownCodes} unknown codes ` +
    `unreadable, deleted ${published} batches of published ids`;
  return finished
    ? { code: 0, sentence: `Done: ${done}.` }
    : { code: 1, sentence: `Not finished: ${done}. Run it again.` };
}

function readArguments(argv: readonly string[]): { dryRun: boolean } | { problem: string } {
  try {
    const options = { 'dry-run': { type: 'boolean' }, now: { type: 'boolean' } } as const;
    const { values } = parseArgs({ args: [...argv], options });
    if (values['dry-run'] === values.now) return { problem: 'Name --dry-run or --now.' };
    return { dryRun: values['dry-run'] === true };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
