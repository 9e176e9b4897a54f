import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Everything a stack starts carries this variable with the stack's directory, and hands it on to its own children.
 * It is how processes of an earlier, crashed run are told from everybody else's.
 */
export const MARK = 'TURNOUT_STACK_DIR';

/** Carried by the guard of a stack in addition: while it lives, it is stopping the others properly. */
export const GUARD_MARK = 'TURNOUT_STACK_GUARD';

export interface Leftovers {
  /** Processes that carry the mark of this stack. */
  stackDir?: string;
  /** Children of a PostgreSQL server with this data directory. */
  postgresDir?: string;
}

/** The living processes that belong to it, of this run or an earlier one; never this process itself. */
export function processesOf(whose: Leftovers): number[] {
  const pids = process.platform === 'linux' ? fromProc(whose) : fromPs(whose);
  return pids.filter((pid) => pid !== process.pid);
}

/**
 * Ends what an earlier run left behind, by SIGKILL, which does no damage that a power cut would not do. A guard that
 * is still at work gets `patienceMs` to stop everything properly.
 */
export async function endLeftovers(whose: Leftovers, patienceMs = 0): Promise<number> {
  const until = Date.now() + patienceMs;
  let found = processesOf(whose);
  const count = found.length;
  while (found.some(isGuard) && Date.now() < until) {
    await pause(100);
    found = processesOf(whose);
  }
  for (let round = 0; found.length > 0; round += 1) {
    if (round === 100)
      throw new Error(`The processes ${found.join(', ')} of an earlier run cannot be stopped.`);
    for (const pid of found) killQuietly(pid);
    await pause(50);
    found = processesOf(whose);
  }
  return count;
}

/** The guards among them: at most one, which is still there to stop the others properly. */
export function guardsOf(whose: Leftovers): number[] {
  return processesOf(whose).filter(isGuard);
}

function fromProc({ stackDir, postgresDir }: Leftovers): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      // PostgreSQL's children and Redis overwrite their environment with a title, but stay in their data directory.
      if (postgresDir !== undefined && isServerIn(pid, 'postgres', postgresDir)) return true;
      if (stackDir === undefined) return false;
      return (
        environmentOf(pid).includes(`${MARK}=${stackDir}\0`) ||
        isServerIn(pid, 'redis-server', join(stackDir, 'redis'))
      );
    });
}

function fromPs({ stackDir, postgresDir }: Leftovers): number[] {
  const { stdout } = spawnSync('ps', ['-axwwE', '-o', 'pid=,command='], { encoding: 'utf8' });
  return (stdout ?? '')
    .split('\n')
    .filter(
      (line) =>
        (stackDir !== undefined && line.includes(`${MARK}=${stackDir} `)) ||
        (postgresDir !== undefined && line.includes(` -D ${postgresDir} `)),
    )
    .map((line) => Number.parseInt(line, 10));
}

const isGuard = (pid: number) => environmentOf(pid).includes(`${GUARD_MARK}=`);

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return ''; // gone, or somebody else's
  }
}

function isServerIn(pid: number, program: string, dir: string): boolean {
  try {
    return (
      readFileSync(`/proc/${pid}/comm`, 'utf8') === `${program}\n` && readlinkSync(`/proc/${pid}/cwd`) === dir
    );
  } catch {
    return false; // gone, or somebody else's
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ended by itself
  }
}
