import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Place } from './private-server.ts';

export interface PostgresHome {
  dir: string;
  /** Set when this process is root: PostgreSQL refuses to run as root. */
  user?: { uid: number; gid: number };
}

/**
 * Where PostgreSQL keeps its data, and as whom it runs. As root it runs as the user `postgres`; when that user cannot
 * reach the clone (one in /root, say), the data lives under /var/tmp, in a directory named by a hash of the place.
 */
export async function postgresHome(wanted: string, place: Place): Promise<PostgresHome> {
  if (process.getuid?.() !== 0) {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    return { dir: wanted };
  }
  const user = unprivilegedUser();
  mkdirSync(dirname(wanted), { recursive: true });
  if (canReach(realpathSync(dirname(wanted)), user)) {
    makeOwn(wanted, user);
    return { dir: wanted, user };
  }
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const elsewhere = join('/var/tmp', `turnout-${hash}`);
  makeOwn(elsewhere, user);
  rmSync(wanted, { recursive: true, force: true });
  symlinkSync(elsewhere, wanted);
  if (place.throwaway) place.guard.removeAtEnd(elsewhere);
  else
    place.say(
      `PostgreSQL keeps its data in ${elsewhere}: the user it runs as cannot reach ${dirname(wanted)}`,
    );
  return { dir: elsewhere, user };
}

function makeOwn(dir: string, user: { uid: number; gid: number }): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const found = lstatSync(dir);
  // /var/tmp is everybody's: what somebody else prepared under this name is not used.
  if (!found.isDirectory() || ![0, user.uid].includes(found.uid)) {
    throw new Error(`${dir} belongs to somebody else. Remove it and start again.`);
  }
  chownSync(dir, user.uid, user.gid);
}

function unprivilegedUser(): { uid: number; gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error(
    'PostgreSQL cannot run as root, and there is no user "postgres" to run it as. Create that user.',
  );
}

function canReach(dir: string, user: { uid: number; gid: number }): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', dir], { cwd: '/', ...user }).status === 0;
}
