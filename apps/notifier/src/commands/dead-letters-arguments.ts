import { parseArgs } from 'node:util';
import { id, instant, reason } from '@turnout/contracts/primitives';

/** Which letters: these, or those that are dead and of this type, since this time. */
export type Selection =
  | { ids: readonly string[] }
  | { ids: null; type: string | null; since: Date | null; limit: number };

export type DeadLettersArguments =
  | { command: 'list'; selection: Extract<Selection, { ids: null }> }
  | { command: 'show'; id: string }
  | { command: 'replay'; selection: Selection; dryRun: boolean }
  | { command: 'drop'; selection: Selection; dryRun: boolean; reason: string };

export const usage = `usage: npm run dead-letters -- list [--type <type>] [--since <time>] [--limit <n>]
       npm run dead-letters -- show <id>
       npm run dead-letters -- replay <id>... | [--type <type>] [--since <time>] [--limit <n>]  [--dry-run]
       npm run dead-letters -- drop <id>... | [--type <type>] [--since <time>] [--limit <n>]  --reason <text> [--dry-run]`;

const LISTED = 50;
const LARGEST = 10_000;

/** What the command line asks for, or what is wrong with it. */
export function readArguments(argv: readonly string[]): DeadLettersArguments | { problem: string } {
  const parsed = parse(argv);
  if ('problem' in parsed) return parsed;
  const { values, positionals } = parsed;
  const [command, ...names] = positionals;
  const ids = names.map((name) => id.safeParse(name).data ?? null);
  const wrong = names.find((_, index) => ids[index] === null);
  if (wrong !== undefined) return { problem: `${wrong} is not the id of a dead letter: it must be a UUID.` };
  const filter = readFilter(values);
  if ('problem' in filter) return filter;
  const named = { ids: [...new Set(ids.filter((one) => one !== null))] };
  const dryRun = values['dry-run'] ?? false;
  if (command !== 'drop' && values.reason !== undefined) return { problem: 'Only drop takes --reason.' };

  switch (command) {
    case 'list':
      if (names.length > 0) return { problem: 'To see a single letter, use show.' };
      return dryRun
        ? { problem: 'list never changes anything; leave out --dry-run.' }
        : { command, selection: filter };
    case 'show': {
      const [one, ...more] = named.ids;
      if (one === undefined || more.length > 0) return { problem: 'Give the id of one dead letter.' };
      return dryRun || isNarrowed(values)
        ? { problem: 'show takes the id and nothing else.' }
        : { command, id: one };
    }
    case 'replay':
    case 'drop': {
      if (names.length > 0 === isNarrowed(values)) {
        return {
          problem: 'Give the ids of the letters, or select them with --type, --since or --limit; not both.',
        };
      }
      const selection = names.length > 0 ? named : filter;
      if (command === 'replay') return { command, selection, dryRun };
      const why = reason.safeParse(values.reason ?? '');
      if (!why.success) return { problem: `--reason ${why.error.issues[0]?.message}.` };
      return { command, selection, dryRun, reason: why.data };
    }
    default:
      return { problem: command === undefined ? 'A command is missing.' : `There is no command ${command}.` };
  }
}

type Values = { type?: string; since?: string; limit?: string };

function isNarrowed({ type, since, limit }: Values): boolean {
  return type !== undefined || since !== undefined || limit !== undefined;
}

function readFilter({ type, since, limit }: Values): Extract<Selection, { ids: null }> | { problem: string } {
  const time = since === undefined ? null : instant.safeParse(since);
  if (time?.success === false) return { problem: `--since ${time.error.issues[0]?.message}.` };
  const number = limit === undefined ? LISTED : /^[1-9]\d{0,4}$/.test(limit) ? Number(limit) : Number.NaN;
  if (!(number <= LARGEST)) return { problem: `--limit must be a whole number from 1 to ${LARGEST}.` };
  return { ids: null, type: type ?? null, since: time?.data ?? null, limit: number };
}

const options = {
  type: { type: 'string' },
  since: { type: 'string' },
  limit: { type: 'string' },
  reason: { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
