import type { Queryable } from '@turnout/runtime/postgres';
import { knownMigrations } from './migrations.ts';

/**
 * Refuses to go on over a schema older than the one this build was written for. A newer one is welcome, so that
 * an old instance keeps serving while a deployment is under way.
 *
 * @throws Error that names the missing migrations and says what to do
 */
export async function requireSchema(db: Queryable): Promise<void> {
  const applied = new Set(await appliedMigrations(db));
  const missing = knownMigrations.filter(({ name }) => !applied.has(name));
  if (missing.length === 0) return;
  throw new Error(
    `the database schema is too old for this service: ${missing.map(({ name }) => name).join(', ')} not applied. ` +
      'Run the migrations first (npm start does; elsewhere: node packages/database/src/cli.ts with DATABASE_URL of the owner).',
  );
}

/** The newest migration that was applied to the schema; null where there is none. */
export async function readSchemaVersion(db: Queryable): Promise<string | null> {
  return (await appliedMigrations(db)).toSorted().at(-1) ?? null;
}

async function appliedMigrations(db: Queryable): Promise<string[]> {
  const [found] = await db.query<{ exists: boolean }>(
    `select to_regclass('turnout.migrations') is not null as exists`,
  );
  if (!found?.exists) return [];
  const rows = await db.query<{ name: string }>('select name from turnout.migrations');
  return rows.map(({ name }) => name);
}
