import { appendFileSync, chmodSync, chownSync, cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirOf, startPostgres } from '@turnout/local-stack/servers/postgres';
import { postgresHome } from '@turnout/local-stack/servers/postgres-home';
import type { Place } from '@turnout/local-stack/servers/private-server';
import { openDb } from '@turnout/runtime/postgres';
import { withDatabase } from '@turnout/test-kit/admin-client';
import { waitUntil } from '@turnout/test-kit/wait-until';
import type { Archive } from './archive.ts';
import type { PostgresTools } from './postgres-tools.ts';
import { DATABASE } from './primary.ts';

/**
 * Makes a server in an empty place from the base backup and replays the WAL that was received: to its last commit, or
 * to the last one before a moment, when what came after is what has to go.
 *
 * @returns the URL of the owner, when the server takes writes
 */
export async function restore(
  place: Place,
  tools: PostgresTools,
  archive: Archive,
  moment?: Date,
): Promise<string> {
  const home = await postgresHome(dirOf(place, tools.program.version), place);
  const data = join(home.dir, 'data');
  cpSync(archive.base, data, { recursive: true, preserveTimestamps: true });
  chmodSync(data, 0o700); // the server refuses to start when others could read it
  appendFileSync(join(data, 'postgresql.auto.conf'), recoverySettings(archive.wal, moment));
  writeFileSync(join(data, 'recovery.signal'), '');
  if (home.user) giveTo(data, home.user);
  const url = withDatabase(await startPostgres([tools.program], place), DATABASE);
  await using db = openDb({ url, max: 1, applicationName: 'drill' });
  const recovering = 'select pg_is_in_recovery() as yes';
  await waitUntil(async () => (await db.query<{ yes: boolean }>(recovering))[0]?.yes === false, {
    within: 120_000,
  });
  return url;
}

/**
 * The segment that was being received has another name. No receiver is attached to the new server, so one that waited
 * for it would wait for ever. A configuration file is read before abbreviations of time zones are known, so no Z.
 */
function recoverySettings(wal: string, moment?: Date): string {
  const copy = `cp "${wal}/%f" "%p" 2>/dev/null || cp "${wal}/%f.partial" "%p" 2>/dev/null`;
  const target = moment
    ? [
        `recovery_target_time = '${moment.toISOString().replace('Z', '+00')}'`,
        `recovery_target_action = 'promote'`,
      ]
    : [];
  return [`restore_command = '${copy}'`, `synchronous_standby_names = ''`, ...target, ''].join('\n');
}

function giveTo(dir: string, { uid, gid }: { uid: number; gid: number }): void {
  chownSync(dir, uid, gid);
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(dir, name), uid, gid);
  }
}
