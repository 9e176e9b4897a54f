import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireSchema } from '@turnout/database/require-schema';
import type { Place } from '@turnout/local-stack/servers/private-server';
import { SERVICE_ROLES, type ServiceName, serviceUrl } from '@turnout/local-stack/service-roles';
import { openDb } from '@turnout/runtime/postgres';
import type { Archive } from './archive.ts';
import type { PostgresTools } from './postgres-tools.ts';
import { startPrimary } from './primary.ts';

/** Restores the dump into a new, empty server: the roles first, since the dump grants to them. */
export async function restoreDump(place: Place, tools: PostgresTools, archive: Archive): Promise<string> {
  const url = await startPrimary(place, tools);
  // It complains of the superuser, who is there already, and goes on.
  await tools.run(place, archive.home, 'psql', ['--no-psqlrc', '--quiet', `--file=${archive.roles}`], url);
  const flags = ['--exit-on-error', '--jobs=2', `--dbname=turnout`, archive.dump];
  await tools.run(place, archive.home, 'pg_restore', flags, url);
  return url;
}

/**
 * What differs between the restored database and the lost one in tables, indexes, triggers and grants, and which
 * service can't log in with its old password, or may do what it must not. Empty when nothing does.
 */
export async function differencesOfRestored(
  place: Place,
  tools: PostgresTools,
  archive: Archive,
  url: string,
): Promise<string[]> {
  const differences: string[] = [];
  const schema = join(archive.home.dir, 'schema-restored.sql');
  await tools.run(place, archive.home, 'pg_dump', ['--schema-only', `--file=${schema}`], url);
  if (withoutKeys(schema) !== withoutKeys(archive.schema)) {
    differences.push('the restored schema, with its grants, is not that of the lost database');
  }
  for (const service of Object.keys(SERVICE_ROLES) as ServiceName[]) {
    try {
      await using db = openDb({ url: serviceUrl(url, service), max: 1, applicationName: 'drill' });
      await requireSchema(db);
      const forged = db.query('delete from attendance.transitions where false');
      if (await forged.then(() => true).catch(() => false)) {
        differences.push(`${SERVICE_ROLES[service]} may delete audit rows in the restored database`);
      }
    } catch (error) {
      differences.push(`${SERVICE_ROLES[service]} cannot use the restored database: ${String(error)}`);
    }
  }
  return differences;
}

/** Newer versions write a random key into each dump, against injected commands. */
function withoutKeys(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/^\\(?:un)?restrict .*$/gm, '');
}
