import type { Queryable } from '@turnout/runtime/postgres';
import { leavesOf } from './leaves.ts';

/**
 * All text that is stored anywhere and holds a mark, by mark. Bodies of messages are not looked into, nor what PostgreSQL
 * makes of other columns.
 */
export async function findMarks(owner: Queryable, mark: RegExp): Promise<Map<string, string[]>> {
  const columns = await owner.query<{ place: string; name: string }>(
    `select format('%I.%I', table_schema, table_name) as place, quote_ident(column_name) as name
     from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where table_schema in ('access', 'attendance', 'notifier') and table_type = 'BASE TABLE'
       and data_type in ('text', 'json', 'jsonb', 'ARRAY') and is_generated = 'NEVER'`,
  );
  const looks = columns.map(
    ({ place, name }) =>
      `select to_json(${name}) as value from ${place} where ${name}::text ~ '${mark.source}'`,
  );
  const rows = await owner.query<{ value: unknown }>(looks.join(' union all '));
  const found = new Map<string, string[]>();
  for (const { value } of rows.flatMap((row) => leavesOf(row.value))) {
    const [name] = typeof value === 'string' ? (mark.exec(value) ?? []) : [];
    if (name !== undefined) found.set(name, [...(found.get(name) ?? []), String(value)]);
  }
  return found;
}
