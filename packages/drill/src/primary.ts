import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processesOf } from '@turnout/local-stack/leftovers';
import { dirOf, startPostgres } from '@turnout/local-stack/servers/postgres';
import type { Place } from '@turnout/local-stack/servers/private-server';
import { onDatabase, withDatabase } from '@turnout/test-kit/admin-client';
import type { PostgresTools } from './postgres-tools.ts';

export const DATABASE = 'turnout';

/** A PostgreSQL with an empty database `turnout`; answers the URL of its owner. */
export async function startPrimary(place: Place, { program }: PostgresTools): Promise<string> {
  const url = await startPostgres([program], place);
  await onDatabase(url, (client) => client.query(`create database ${DATABASE}`));
  return withDatabase(url, DATABASE);
}

/** Kills every process of the server in this place and deletes its files, as a disk that is gone would. */
export async function destroy(place: Place, { program }: PostgresTools): Promise<void> {
  const data = realpathSync(join(dirOf(place, program.version), 'data'));
  place.guard.endAtOnce(); // so that nobody starts it again
  for (const pid of processesOf({ postgresDir: data })) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // ended with its parent
    }
  }
  await rm(data, { recursive: true, force: true });
}
