import type { Queryable } from '@turnout/runtime/postgres';

/** Written beside what people do: when a token was used last, and what waits to be published. */
const BESIDE = ['last_used_at'];

/** The content of every table as one hash each, to see that nothing changed. */
export async function everythingStored(owner: Queryable): Promise<Record<string, string>> {
  const tables = await owner.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('access', 'attendance', 'outbox', 'notifier') and table_type = 'BASE TABLE'
     order by 1`,
  );
  const hashes = tables.map(
    ({ name }) =>
      `select '${name}' as name, coalesce(md5(string_agg(row::text, '' order by row::text)), '') as hash
       from (select to_jsonb(t) - $1::text[] as row from ${name} t) rows`,
  );
  const rows = await owner.query<{ name: string; hash: string }>(hashes.join(' union all '), [BESIDE]);
  return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]));
}
