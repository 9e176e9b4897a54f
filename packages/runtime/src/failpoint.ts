/**
 * Places in the code at which an experiment can end or stop this very process: between a commit and the answer, say,
 * which no timing from outside would hit.
 *
 * TURNOUT_FAILPOINTS names a directory. While a file with the name of a point lies in it, the first process that comes
 * by takes the file away and sends itself the signal that it holds: SIGKILL, or SIGSTOP. Without the variable a point
 * is an empty function, and in production the variable is refused.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const isProduction = process.env.NODE_ENV === 'production';
const directory = isProduction ? '' : (process.env.TURNOUT_FAILPOINTS?.trim() ?? '');

/** Does nothing, unless an experiment has armed this point. Names say where it is: `relay.published`. */
export const failpoint: (name: string) => void = directory === '' ? () => undefined : strike;

/** @throws ConfigurationError when failpoints could be armed in production */
export function refuseFailpointsInProduction(env: Environment): void {
  if (env.NODE_ENV !== 'production' || !env.TURNOUT_FAILPOINTS?.trim()) return;
  throw new ConfigurationError(
    'TURNOUT_FAILPOINTS is set, but NODE_ENV is production. Failpoints kill the process on purpose. Unset TURNOUT_FAILPOINTS.',
  );
}

/** Arms a point in the directory that the processes were started with. */
export function armFailpoint(dir: string, name: string, signal: 'SIGKILL' | 'SIGSTOP'): void {
  const file = join(dir, name);
  writeFileSync(`${file}.new`, signal);
  renameSync(`${file}.new`, file); // a reader sees all of it
}

function strike(name: string): void {
  const file = join(directory, name);
  const taken = `${file}.${process.pid}`;
  try {
    renameSync(file, taken); // only one process succeeds
  } catch {
    return; // not armed
  }
  process.kill(process.pid, readFileSync(taken, 'utf8').trim() as NodeJS.Signals);
}
