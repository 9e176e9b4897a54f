// One command at a time, on any file system, without a lock that a crash leaves behind.
//
// A contender first writes a file named by its own process (pid and start time), then looks at the others. Files of
// processes that no longer live are removed by whoever sees them: the name says whose it was, so nobody else's is hit.
// Whoever sees a living contender withdraws. Each writes before it looks, so two can never both believe to be alone;
// both may withdraw, and try again after a short random pause.
//
// Plain JavaScript: scripts/run.mjs uses it before the packages are installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** `pid-start` of a living process, or null: a pid alone is used again by another process. */
export function identify(pid) {
  const start = startOf(pid);
  return start === null ? null : `${pid}-${start}`;
}

/**
 * Takes the lock kept in the directory `dir`, waiting up to `waitMs` for whoever holds it. `note` is for the others
 * to read. Answers `{ release, alsoHeldBy }`, or `{ heldBy: { pid, note } }`.
 */
export async function takeLock(dir, { waitMs = 0, note = '', onWait = () => {} } = {}) {
  const me = identify(process.pid) ?? `${process.pid}-unknown`;
  const mine = join(dir, me);
  const until = Date.now() + waitMs;
  for (;;) {
    mkdirSync(dir, { recursive: true });
    writeFileSync(mine, note);
    const other = livingContender(dir, me);
    if (!other) return held(dir, mine);
    rmSync(mine, { force: true });
    if (Date.now() >= until) return { heldBy: other };
    onWait(other);
    await pause(50 + Math.random() * 150);
  }
}

/** Who holds the lock kept in `dir`, or null. */
export function whoHolds(dir) {
  return existsSync(dir) ? livingContender(dir, '') : null;
}

function held(dir, mine) {
  const files = [mine];
  return {
    /** The lock stays taken while this process lives, too, whatever becomes of ours. */
    alsoHeldBy(pid) {
      const name = identify(pid);
      if (name === null) return;
      files.push(join(dir, name));
      writeFileSync(join(dir, name), '');
    },
    release() {
      for (const file of files) rmSync(file, { force: true });
    },
  };
}

function livingContender(dir, me) {
  for (const name of readdirSync(dir)) {
    if (name === me) continue;
    const pid = Number.parseInt(name, 10);
    if (Number.isInteger(pid) && identify(pid) === name) return { pid, note: noteOf(join(dir, name)) };
    rmSync(join(dir, name), { force: true });
  }
  return null;
}

function noteOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // released in the meantime
  }
}

function startOf(pid) {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout?.trim().replaceAll(/\W+/g, '_') || null;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return state === 'Z' || state === 'X' ? null : `${rest[18]}_${boot}`;
  } catch {
    return null;
  }
}
