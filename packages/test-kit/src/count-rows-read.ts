import type { Queryable } from '@turnout/runtime/postgres';

/** A node of a plan, as `explain (analyze, format json)` tells it. */
interface Node {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}

/**
 * How many rows of tables the statements of `work` look at, those included that a filter leaves out. Each is explained
 * instead of run, so what `work` is given are no rows.
 */
export async function countRowsRead(
  db: Queryable,
  work: (explaining: Queryable) => Promise<unknown>,
): Promise<number> {
  let read = 0;
  await work({
    async query(statement, values) {
      const text = typeof statement === 'string' ? statement : statement.text;
      const [row] = await db.query<{ 'QUERY PLAN': { Plan: Node }[] }>(
        `explain (analyze, format json) ${text}`,
        values,
      );
      const plan = row?.['QUERY PLAN'][0]?.Plan;
      if (!plan) throw new Error('there is no plan');
      read += rowsReadBy(plan);
      return [];
    },
  });
  return read;
}

function rowsReadBy(node: Node): number {
  const own = node['Relation Name']
    ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    : 0;
  return own + (node.Plans ?? []).reduce((sum, plan) => sum + rowsReadBy(plan), 0);
}
