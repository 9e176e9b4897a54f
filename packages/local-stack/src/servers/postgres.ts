import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { endLeftovers } from '../leftovers.ts';
import { logTail } from '../log-tail.ts';
import { freePort } from '../ports.ts';
import { type Program, SEARCH_PATH } from '../programs.ts';
import { supervise } from '../supervise.ts';
import { type PostgresHome, postgresHome } from './postgres-home.ts';
import { type Place, plainEnvironment } from './private-server.ts';

const OWNER = 'turnout';

/** A private PostgreSQL on 127.0.0.1 with every durability setting on; answers the URL of its superuser. */
export async function startPostgres(programs: readonly Program[], place: Place): Promise<string> {
  // Data that is there decides the version: a newer server beside it must not make it seem lost.
  const program = programs.find(({ version }) => existsSync(dirOf(place, version))) ?? programs[0];
  if (program === undefined) throw new Error('PostgreSQL was not found.');
  const home = await postgresHome(dirOf(place, program.version), place);
  if (!existsSync(join(home.dir, 'data', 'PG_VERSION'))) await initialise(program, home, place);

  const data = realpathSync(join(home.dir, 'data'));
  let port = 0;
  const url = () => `postgres://${OWNER}:${place.secrets.postgres}@127.0.0.1:${port}/postgres`;
  await supervise({
    guard: place.guard,
    say: place.say,
    attempts: 3,
    readyWithinMs: 60_000,
    prepare: async () => {
      port = await freePort();
      return {
        name: 'PostgreSQL',
        command: program.path,
        args: ['-D', data, ...settings(port)],
        cwd: data,
        env: plainEnvironment(data, SEARCH_PATH),
        ...(home.user && { user: home.user }),
        logFile: join(place.logDir, 'postgres.log'),
        stopSignal: place.throwaway ? 'SIGQUIT' : 'SIGINT',
        graceMs: 15_000,
        stage: 1,
        postgresDir: data,
      };
    },
    // A server that was killed leaves children, and its successor refuses to start while one of them lives. The
    // pid file goes with them: after a restart of the machine its pid may be anybody's.
    before: async () => {
      await endLeftovers({ postgresDir: data });
      rmSync(join(data, 'postmaster.pid'), { force: true });
    },
    isReady: () => answersQuery(url()),
    onPid: (pid) => place.onPid?.('postgres', pid),
  });
  return url();
}

/** Where a place keeps the data of a PostgreSQL of this version: in `data` below it. */
export const dirOf = (place: Place, version: string) => join(place.dataDir, `postgres-${version}`);

/** Makes the data directory under another name first, so that an interrupted attempt is never taken for the result. */
async function initialise(program: Program, home: PostgresHome, place: Place): Promise<void> {
  place.say('PostgreSQL: creating its data directory');
  for (const name of readdirSync(home.dir)) rmSync(join(home.dir, name), { recursive: true, force: true });
  const fresh = join(home.dir, 'fresh');
  const passwordFile = join(home.dir, 'password');
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, place.secrets.postgres, { mode: 0o600 });
  if (home.user) {
    chownSync(fresh, home.user.uid, home.user.gid);
    chownSync(passwordFile, home.user.uid, home.user.gid);
  }
  const logFile = join(place.logDir, 'postgres-initdb.log');
  const unit = await place.guard.start({
    name: 'initdb',
    command: join(dirname(program.path), 'initdb'),
    args: [
      '-D',
      fresh,
      '-U',
      OWNER,
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      ...locale(),
    ],
    cwd: fresh,
    env: plainEnvironment(fresh, SEARCH_PATH),
    ...(home.user && { user: home.user }),
    logFile,
    stopSignal: 'SIGKILL',
    graceMs: 1_000,
    stage: 1,
    postgresDir: fresh,
  });
  const { code, signal } = await unit.exited;
  rmSync(passwordFile);
  if (code !== 0) {
    const tail = logTail(logFile, 12).join('\n    ');
    throw new Error(
      `PostgreSQL could not create its data directory (initdb: ${signal ?? `exit code ${code}`}):\n    ${tail}`,
    );
  }
  renameSync(fresh, join(home.dir, 'data'));
}

const locale = () =>
  process.platform === 'linux' ? ['--locale=C.UTF-8'] : ['--locale=C', '--lc-ctype=UTF-8'];

function settings(port: number): string[] {
  const values = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // Well before a service stops waiting for a lock, also on a busy machine.
    deadlock_timeout: '400ms',
    // The log names no values: not the key that was there already, and no statement with what was searched for.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Whether this URL leads to a PostgreSQL that lets us in; throws why not. */
export async function answersQuery(url: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 1_000,
    query_timeout: 1_000,
  });
  client.on('error', () => {}); // the rejected call below says the same
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}
