import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Program {
  path: string;
  /** Major version for PostgreSQL and Redis, major.minor for RabbitMQ: data of another version is not reused. */
  version: string;
}

export interface RabbitmqProgram extends Program {
  epmd: string;
}

// Debian keeps servers where PATH of an ordinary user does not look.
const EXTRA_PATH = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin'];

export const SEARCH_PATH = [
  ...new Set([...(process.env.PATH ?? '').split(':').filter(Boolean), ...EXTRA_PATH]),
];

/** PostgreSQL 15 or newer, newest first: its `postgres`, with `initdb` beside it. */
export function findPostgres(): Program[] {
  const places = [...subdirectories('/usr/lib/postgresql', 'bin'), ...homebrew(), ...SEARCH_PATH];
  const found = new Map<string, Program>();
  for (const place of places) {
    if (!isProgram(join(place, 'postgres')) || !isProgram(join(place, 'initdb'))) continue;
    const path = realpathSync(join(place, 'postgres'));
    if (!isProgram(join(dirname(path), 'initdb'))) continue;
    const version = versionOf(path, /PostgreSQL\) (\d+)/);
    if (version !== null && Number(version) >= 15) found.set(path, { path, version });
  }
  return [...found.values()].sort((a, b) => Number(b.version) - Number(a.version));
}

/** Redis 6 or newer on the search path; null when there is none. */
export function findRedis(): Program | null {
  const path = inPath('redis-server');
  const version = path && versionOf(path, /v=(\d+)/);
  return path && version && Number(version) >= 6 ? { path, version } : null;
}

/** RabbitMQ with the Erlang programs that it needs; null when one of them is missing. */
export function findRabbitmq(): RabbitmqProgram | null {
  // Debian's command in PATH is a wrapper that switches users; the program itself stands here.
  const debian = '/usr/lib/rabbitmq/bin/rabbitmq-server';
  const path = isProgram(debian) ? debian : inPath('rabbitmq-server');
  const epmd = inPath('epmd');
  if (path === null || epmd === null || inPath('erl') === null) return null;
  const version = /rabbitmq(?:_server-|\/)(\d+\.\d+)/.exec(realpathSync(path))?.[1] ?? 'unknown';
  return { path, version, epmd };
}

/** The place of a program on the search path; null when it is in none. */
export function inPath(name: string): string | null {
  for (const place of SEARCH_PATH) {
    if (isProgram(join(place, name))) return join(place, name);
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(path: string, pattern: RegExp): string | null {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return pattern.exec(stdout ?? '')?.[1] ?? null;
}

function subdirectories(dir: string, below: string): string[] {
  try {
    return readdirSync(dir).map((name) => join(dir, name, below));
  } catch {
    return []; // no such directory on this system
  }
}

function homebrew(): string[] {
  return subdirectories('/opt/homebrew/opt', 'bin').filter((path) => path.includes('/postgresql@'));
}
