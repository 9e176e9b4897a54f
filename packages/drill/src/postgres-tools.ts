import { join } from 'node:path';
import { logTail } from '@turnout/local-stack/log-tail';
import type { Unit } from '@turnout/local-stack/open-guard';
import { findPostgres, type Program, SEARCH_PATH } from '@turnout/local-stack/programs';
import type { PostgresHome } from '@turnout/local-stack/servers/postgres-home';
import { type Place, plainEnvironment } from '@turnout/local-stack/servers/private-server';

/** The programs of one installation of PostgreSQL: a dump or a backup is read by what wrote it. */
export interface PostgresTools {
  program: Program;
  /** Starts one of them, as the user the server runs as. */
  start(place: Place, home: PostgresHome, name: string, args: readonly string[], url?: string): Promise<Unit>;
  /** Runs one to its end. Throws its last words when it fails. */
  run(place: Place, home: PostgresHome, name: string, args: readonly string[], url?: string): Promise<void>;
}

/** The newest installation on this machine. */
export function findTools(): PostgresTools {
  const program = findPostgres()[0];
  if (program === undefined) {
    throw new Error(
      'The drill needs the programs of PostgreSQL 15 or newer. Install the package postgresql.',
    );
  }
  const bin = join(program.path, '..');
  const logOf = (place: Place, name: string) => join(place.logDir, `${name}.log`);

  const start: PostgresTools['start'] = async (place, home, name, args, url) =>
    await place.guard.start({
      name,
      command: join(bin, name),
      args,
      cwd: home.dir,
      env: { ...plainEnvironment(home.dir, SEARCH_PATH), ...(url === undefined ? {} : connection(url)) },
      ...(home.user && { user: home.user }),
      logFile: logOf(place, name),
      stopSignal: 'SIGKILL',
      graceMs: 1_000,
      stage: 2,
    });
  return {
    program,
    start,
    async run(place, home, name, args, url) {
      const { code, signal } = await (await start(place, home, name, args, url)).exited;
      if (code === 0) return;
      const words = logTail(logOf(place, name), 8).join('\n    ');
      throw new Error(`${name} ended with ${signal ?? `exit code ${code}`}:\n    ${words}`);
    },
  };
}

/** Where to connect, as these programs read it: no password on a command line. */
function connection(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)) || 'postgres',
    PGCONNECT_TIMEOUT: '5',
  };
}
