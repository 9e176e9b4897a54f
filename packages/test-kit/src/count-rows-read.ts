import type { Db, Queryable } from '@turnout/runtime/postgres';

/** A node of a plan, as `explain (analyze, format json)` tells it. */
interface Node {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}

/**
 * How many rows of tables the statements of `work` look at, those included that a filter leaves out. Each is prepared,
 * as the services have it, and explained instead of run, so what `work` is given are no rows.
 */
export async function countRowsRead(
  db: Db,
  work: (explaining: Queryable) => Promise<unknown>,
): Promise<number> {
  let read = 0;
  await db.transaction(async (tx) => {
    await work({
      async query(statement, values = []) {
        await tx.query(`prepare explained as ${typeof statement === 'string' ? statement : statement.text}`);
        const arguments_ = values.length === 0 ? '' : `(${values.map(literalOf).join(', ')})`;
        const [row] = await tx.query<{ 'QUERY PLAN': { Plan: Node }[] }>(
          `explain (analyze, format json) execute explained${arguments_}`,
        );
        await tx.query('deallocate explained');
        const plan = row?.['QUERY PLAN'][0]?.Plan;
        if (!plan) throw new Error('there is no plan');
        read += rowsReadBy(plan);
        return [];
      },
    });
  });
  return read;
}

/** A value as text that PostgreSQL takes for whatever type the parameter has. */
function literalOf(value: unknown): string {
  if (value === null) return 'null';
  const text = Array.isArray(value)
    ? `{${value.map((item) => JSON.stringify(item)).join()}}`
    : `${value as string}`;
  return `'${text.replaceAll("'", "''")}'`;
}

function rowsReadBy(node: Node): number {
  const own = node['Relation Name']
    ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    : 0;
  return own + (node.Plans ?? []).reduce((sum, plan) => sum + rowsReadBy(plan), 0);
}
