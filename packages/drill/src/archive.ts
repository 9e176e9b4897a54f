import { chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Unit } from '@turnout/local-stack/open-guard';
import { type PostgresHome, postgresHome } from '@turnout/local-stack/servers/postgres-home';
import type { Place } from '@turnout/local-stack/servers/private-server';
import { openDb } from '@turnout/runtime/postgres';
import { waitUntil } from '@turnout/test-kit/wait-until';
import type { PostgresTools } from './postgres-tools.ts';

/** What survives the primary: a base backup, every byte of WAL received since, and a dump with the roles. */
export interface Archive {
  home: PostgresHome;
  base: string;
  wal: string;
  dump: string;
  roles: string;
  schema: string;
  receiver: Unit;
}

const SLOT = 'archive';

/**
 * Begins to receive WAL as it is written. With `synchronous`, a commit is answered only after the receiver has it on
 * its disk, so nothing acknowledged is lost with the primary, and nothing is acknowledged while there is no receiver.
 */
export async function openArchive(
  place: Place,
  tools: PostgresTools,
  primaryUrl: string,
  { synchronous }: { synchronous: boolean },
): Promise<Archive> {
  const home = await postgresHome(join(place.dataDir, 'archive'), place);
  const inHome = (name: string) => join(home.dir, name);
  const wal = inHome('wal');
  mkdirSync(wal, { mode: 0o700 });
  if (home.user) chownSync(wal, home.user.uid, home.user.gid);
  await tools.run(place, home, 'pg_receivewal', ['--create-slot', `--slot=${SLOT}`], primaryUrl);
  // Its file name says how much it has; `--no-loop`: a receiver that lost its primary has done its work.
  const flags = [`--slot=${SLOT}`, '--synchronous', '--no-loop', `--directory=${wal}`];
  const receiver = await tools.start(place, home, 'pg_receivewal', flags, primaryUrl);
  await using db = openDb({ url: primaryUrl, max: 1, applicationName: 'drill' });
  const receiving = `select from pg_stat_replication where application_name = 'pg_receivewal' and state = 'streaming'`;
  await waitUntil(async () => (await db.query(receiving)).length === 1, { within: 15_000 });
  if (synchronous) {
    await db.query(`alter system set synchronous_standby_names = 'pg_receivewal'`);
    await db.query('select pg_reload_conf()');
    const waits = `select from pg_stat_replication where sync_state = 'sync'`;
    await waitUntil(async () => (await db.query(waits)).length === 1, { within: 15_000 });
  }
  return {
    home,
    wal,
    base: inHome('base'),
    dump: inHome('turnout.dump'),
    roles: inHome('roles.sql'),
    schema: inHome('schema.sql'),
    receiver,
  };
}

/** Copies the running primary, and checks the copy against its own manifest. */
export async function takeBaseBackup(
  place: Place,
  tools: PostgresTools,
  primaryUrl: string,
  { home, base }: Archive,
): Promise<{ seconds: number }> {
  const began = performance.now();
  const flags = [`--pgdata=${base}`, '--checkpoint=fast', '--wal-method=stream', '--no-password'];
  await tools.run(place, home, 'pg_basebackup', flags, primaryUrl);
  await tools.run(place, home, 'pg_verifybackup', ['--quiet', base]);
  return { seconds: (performance.now() - began) / 1000 };
}

/** Dumps the database, and the roles, which belong to the server and are in no dump of a database. */
export async function takeDump(
  place: Place,
  tools: PostgresTools,
  databaseUrl: string,
  { home, dump, roles, schema }: Archive,
): Promise<{ seconds: number; bytes: number }> {
  const began = performance.now();
  await tools.run(place, home, 'pg_dump', ['--format=custom', `--file=${dump}`], databaseUrl);
  await tools.run(place, home, 'pg_dumpall', ['--roles-only', `--file=${roles}`], databaseUrl);
  const seconds = (performance.now() - began) / 1000;
  await tools.run(place, home, 'pg_dump', ['--schema-only', `--file=${schema}`], databaseUrl);
  return { seconds, bytes: statSync(dump).size };
}
