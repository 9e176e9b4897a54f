import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { SealableRow } from './audit-rows.ts';
import { hashOfSeal } from './chain.ts';

/**
 * The newest seal of an organization: whoever notes it elsewhere can tell later whether the chain still leads to it.
 */
export interface Head {
  organizationId: string;
  number: number;
  /** 64 hexadecimal digits. */
  hash: string;
}

/** Rows of one seal. Checking reads a seal as a whole, so this bounds its memory. */
const ROWS_OF_A_SEAL = 1_000;

const heads: Statement = {
  name: 'audit_heads',
  text: `
    select organization_id as "organizationId", number, encode(hash, 'hex') as hash
    from unnest($1::uuid[]) as wanted (organization_id)
    cross join lateral (
      select number, hash from audit.seals s where s.organization_id = wanted.organization_id order by number desc limit 1
    ) head`,
};

const insert: Statement = {
  name: 'audit_insert_seals',
  text: `
    insert into audit.seals (organization_id, number, hash, content, ids, gathered)
    select organization_id, number, decode(hash, 'hex'), content, ids::uuid[], $6
    from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[])
      as s (organization_id, number, hash, content, ids)`,
};

const insertActors: Statement = {
  name: 'audit_insert_actors',
  text: `
    insert into audit.actors (organization_id, actor_id, event_id)
    select distinct * from unnest($1::uuid[], $2::text[], $3::uuid[]) as a (organization_id, actor_id, event_id)
    on conflict do nothing`,
};

/**
 * Puts rows at the end of the chains of their organizations, in the order given, and answers where these end now. Only
 * one transaction may do so at a time: see seal-once.ts. Should two, the key of the seals refuses the second.
 */
export async function insertSeals(
  tx: Tx,
  rows: readonly SealableRow[],
  { gathered }: { gathered: boolean },
): Promise<Head[]> {
  const byOrganization = Map.groupBy(rows, ({ organization_id }) => organization_id);
  const found = await tx.query<Head>(heads, [[...byOrganization.keys()]]);
  const ends = new Map(found.map((head) => [head.organizationId, head]));
  const seals: (Head & { content: string; ids: string })[] = [];
  for (const [organizationId, own] of byOrganization) {
    for (let begin = 0; begin < own.length; begin += ROWS_OF_A_SEAL) {
      const part = own.slice(begin, begin + ROWS_OF_A_SEAL);
      const before = ends.get(organizationId);
      const content = part.map(({ line }) => line).join('\n');
      const head = {
        organizationId,
        number: (before?.number ?? 0) + 1,
        hash: hashOfSeal(before?.hash ?? organizationId, content),
      };
      seals.push({ ...head, content, ids: `{${part.map(({ id }) => id).join(',')}}` });
      ends.set(organizationId, head);
    }
  }
  tx.send(insert, [
    seals.map(({ organizationId }) => organizationId),
    seals.map(({ number }) => number),
    seals.map(({ hash }) => hash),
    seals.map(({ content }) => content),
    seals.map(({ ids }) => ids),
    gathered,
  ]);
  noteActors(tx, rows);
  return [...ends.values()];
}

function noteActors(tx: Tx, rows: readonly SealableRow[]): void {
  const acted = new Map<string, { organization_id: string; actor_id: string; event_id: string }>();
  for (const { organization_id, actor_id, event_id } of rows) {
    if (actor_id === null || event_id === null) continue;
    acted.set(`${organization_id} ${actor_id} ${event_id}`, { organization_id, actor_id, event_id });
  }
  const actors = [...acted.values()];
  if (actors.length === 0) return;
  tx.send(insertActors, [
    actors.map(({ organization_id }) => organization_id),
    actors.map(({ actor_id }) => actor_id),
    actors.map(({ event_id }) => event_id),
  ]);
}
