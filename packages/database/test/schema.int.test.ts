import { readFileSync } from 'node:fs';
import { onDatabase, withDatabase } from '@turnout/test-kit/admin-client';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { describe, expect, it } from 'vitest';
import { migrate } from '../src/migrate.ts';
import { knownMigrations } from '../src/migrations.ts';
import { requireSchema } from '../src/require-schema.ts';
import { dumpSchema } from './dump-schema.ts';

const log = () => undefined;

describe('the schema', () => {
  it('is the one that schema.sql shows', async () => {
    await using database = await createTestDatabase();
    const shown = readFileSync(new URL('../schema.sql', import.meta.url), 'utf8');
    expect(inEveryVersion(dumpSchema(database.url))).toBe(inEveryVersion(shown));
  });

  it('is made once, however many migrate at the same time', async () => {
    await using database = await createTestDatabase();
    await using db = openTestDb(database.url, 1);
    await db.query('drop schema access, outbox, attendance, notifier, audit, turnout cascade');
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate({ url: database.url, log })));
    expect(applied.flat()).toEqual(knownMigrations.map(({ name }) => name));
    await expect(requireSchema(db)).resolves.toBeUndefined();
  });

  it('is made in SQL_ASCII too, where names are found as they are written', async () => {
    await using database = await createTestDatabase();
    const ascii = withDatabase(database.url, `${new URL(database.url).pathname.slice(1)}_ascii`);
    const name = new URL(ascii).pathname.slice(1);
    await onDatabase(database.url, (client) =>
      client.query(`create database ${name} template template0 encoding 'SQL_ASCII' locale 'C'`),
    );
    try {
      await migrate({ url: ascii, log });
      const spelled = async (url: string) => {
        await using db = openTestDb(url, 1);
        return await db.query(`
          select attendance.plain_spelling('Zoë 100%') as name, attendance.plain_pattern('oë 100%') as pattern`);
      };
      expect(await spelled(ascii)).toEqual([{ name: 'zoë 100%', pattern: '%oë 100\\%%' }]);
      expect(await spelled(database.url)).toEqual([{ name: 'zoe 100%', pattern: '%oe 100\\%%' }]);
    } finally {
      await onDatabase(database.url, (client) => client.query(`drop database ${name} with (force)`));
    }
  });

  it('is refused by a service when it is older, by name and with what to do', async () => {
    await using database = await createTestDatabase();
    await using db = openTestDb(database.url, 1);
    await db.query(`delete from turnout.migrations where name = '0004-notifier'`);
    await expect(requireSchema(db)).rejects.toThrow(
      /too old.*0004-notifier not applied.*Run the migrations/s,
    );
    await db.query('drop schema turnout cascade');
    await expect(requireSchema(db)).rejects.toThrow(/0001-access, .* not applied/);
  });

  it('carries event_id or organization_id in every primary and unique key of attendance, but for the id of a run', async () => {
    await using database = await createTestDatabase();
    await using db = openTestDb(database.url, 1);
    const keys = await db.query<{ key: string; columns: string[] }>(`
      select i.indexrelid::regclass::text as key, array_agg(a.attname::text) as columns
      from pg_index i join pg_class c on c.oid = i.indrelid
      join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
      where i.indisunique and c.relnamespace = 'attendance'::regnamespace group by 1`);
    expect(keys.length).toBeGreaterThan(15);
    const without = keys.filter(
      ({ columns }) => !columns.includes('event_id') && !columns.includes('organization_id'),
    );
    expect(without.map(({ key }) => key)).toEqual(['attendance.closure_runs_id']);
  });

  it('has a whole index for each foreign key that is checked when rows are deleted', async () => {
    await using database = await createTestDatabase();
    await using db = openTestDb(database.url, 1);
    // Who deletes: a role that may, or a function that does it for one.
    const keys = await db.query<{ name: string; of: string; indexed: boolean }>(`
      with deleted as (
        select c.oid from pg_class c
        where exists (
          select from pg_roles r where r.rolname like 'turnout\\_%' and has_table_privilege(r.oid, c.oid, 'delete')
        )
        union
        select words[1]::regclass
        from pg_proc p
        cross join regexp_matches(p.prosrc, 'delete\\s+from\\s+(?:only\\s+)?(\\w+\\.\\w+)', 'gi') words
        where p.pronamespace::regnamespace::text in ('access', 'attendance', 'audit', 'notifier', 'outbox')
      )
      select k.conname as name, k.confrelid::regclass::text as of, exists (
        select from pg_index i
        where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
          and (i.indkey::int2[])[0 : cardinality(k.conkey) - 1] @> k.conkey
      ) as indexed
      from pg_constraint k join deleted d on d.oid = k.confrelid
      where k.contype = 'f'`);
    expect(new Set(keys.map(({ of }) => of))).toEqual(
      new Set(['attendance.line_items', 'notifier.deliveries', 'notifier.inbox']),
    );
    expect(keys.filter(({ indexed }) => !indexed)).toEqual([]);
  });
});

/** Before version 16 PostgreSQL shows columns of a view with their table where it could be left out. */
function inEveryVersion(schema: string): string {
  return schema.replaceAll(/^CREATE VIEW [^;]*;/gm, (view) => view.replaceAll(/\b[a-z_]+\./g, ''));
}
