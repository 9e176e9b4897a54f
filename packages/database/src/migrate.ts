import pg from 'pg';
import { Umzug } from 'umzug';
import { knownMigrations } from './migrations.ts';

/**
 * Brings a database to the newest schema. Safe to run from several places at once, and again: an advisory lock
 * lets one at a time through, and all pending migrations commit together or not at all.
 *
 * @param url a database URL of a role that may create schemas and roles
 * @param log told about each migration that is applied
 * @returns the names of the migrations it applied, oldest first
 */
export async function migrate({ url, log }: { url: string; log: (line: string) => void }): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtextextended('turnout.migrations', 0))`);
    await client.query(`
      create schema if not exists turnout;
      create table if not exists turnout.migrations (
        name text primary key,
        applied_at timestamptz not null default clock_timestamp()
      )`);
    const applied = await pendingMigrations(client, log).up();
    await client.query('commit');
    return applied.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

function pendingMigrations(client: pg.Client, log: (line: string) => void): Umzug<pg.Client> {
  return new Umzug({
    context: client,
    logger: undefined,
    migrations: knownMigrations.map(({ name, sql }) => ({
      name,
      up: async () => {
        log(`applying migration ${name}`);
        await client.query(sql());
      },
    })),
    storage: {
      executed: async () => {
        const { rows } = await client.query<{ name: string }>(
          'select name from turnout.migrations order by name',
        );
        return rows.map(({ name }) => name);
      },
      logMigration: async ({ name }) => {
        await client.query('insert into turnout.migrations (name) values ($1)', [name]);
      },
      unlogMigration: () => {
        throw new Error('migrations only go forward');
      },
    },
  });
}
