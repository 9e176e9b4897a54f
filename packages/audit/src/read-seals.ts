import type { Queryable, Statement } from '@turnout/runtime/postgres';

export interface Seal {
  number: number;
  hash: string;
  content: string;
  ids: string[];
  gathered: boolean;
}

// Seals can hold one row or a thousand: as many as hold some thousand rows together, and always one.
const next: Statement = {
  name: 'audit_next_seals',
  text: `
    select number, encode(hash, 'hex') as hash, content, ids, gathered
    from (
      select *, sum(cardinality(ids)) over (order by number) - cardinality(ids) as rows_before
      from (select * from audit.seals where organization_id = $1 and number > $2 order by number limit 300) few
    ) counted
    where rows_before < 3000
    order by number`,
};

/** The seals of an organization that come after one, in portions that fit into memory. */
export async function* readSeals(
  db: Queryable,
  organizationId: string,
  after: number,
): AsyncGenerator<Seal[]> {
  let last = after;
  for (;;) {
    const seals = await db.query<Seal>(next, [organizationId, last]);
    const newest = seals.at(-1);
    if (!newest) return;
    yield seals;
    last = newest.number;
  }
}

const find: Statement = {
  name: 'audit_find_seal',
  text: `
    select organization_id as "organizationId", number, encode(hash, 'hex') as hash
    from audit.seals where hash = decode($1, 'hex') and ($2::uuid is null or organization_id = $2)`,
};

/** The seal with this hash, of this organization or of any. */
export async function findSeal(
  db: Queryable,
  hash: string,
  organizationId: string | null,
): Promise<{ organizationId: string; number: number; hash: string } | null> {
  const [found] = await db.query<{ organizationId: string; number: number; hash: string }>(find, [
    hash,
    organizationId,
  ]);
  return found ?? null;
}
