import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { terms } from './audit-rows.ts';

/** What of an organization's rows has no seal. */
export interface Unsealed {
  organizationId: string;
  /** Rows that the sealer has still to come to. */
  waiting: number;
  /** How long the oldest of them has been waiting. */
  waitingSeconds: number | null;
  /** A row that it has passed, and that was not there when it did. */
  intruder: { kind: 'transition' | 'action'; id: string } | null;
}

const unsealedOf = (kind: 'transition' | 'action') => {
  const { table, id, writtenHere } = terms(kind);
  return `
    select r.organization_id, r.at, '${kind}' as kind, ${id} as id,
      not p.here or (${writtenHere} and (r.xid > p.last_xid or (r.xid = p.last_xid and ${id} > p.last_id))) is true as waits
    from ${table} r
    cross join progress p
    where ($1::uuid is null or r.organization_id = $1) and not exists (select from sealed where sealed.id = ${id})`;
};

const unsealed: Statement = {
  name: 'audit_unsealed',
  text: `
    with sealed as materialized (
      select unnest(ids) as id from audit.seals where $1::uuid is null or organization_id = $1
    ),
    progress as materialized (
      select last_xid, last_id,
        coalesce(system_identifier = (select system_identifier from pg_control_system())
          and last_xid <= pg_snapshot_xmax(pg_current_snapshot()), false) as here
      from audit.progress
    )
    select organization_id as "organizationId", count(*) filter (where waits) as waiting,
      extract(epoch from clock_timestamp() - min(at) filter (where waits))::float8 as seconds,
      min(array[to_char(at at time zone 'utc', 'YYYYMMDDHH24MISSUS'), kind, id::text]) filter (where not waits) as intruder
    from (${unsealedOf('transition')} union all ${unsealedOf('action')}) without_seal
    group by organization_id`,
};

/**
 * Looks for rows without a seal, in one statement and so as of one instant: what is written and sealed meanwhile does
 * not disturb it. It looks at every row and every seal.
 */
export async function findUnsealed(db: Queryable, organizationId: string | null): Promise<Unsealed[]> {
  const found = await db.query<{
    organizationId: string;
    waiting: number;
    seconds: number | null;
    intruder: [string, 'transition' | 'action', string] | null;
  }>(unsealed, [organizationId]);
  return found.map(({ organizationId: of, waiting, seconds, intruder }) => ({
    organizationId: of,
    waiting,
    waitingSeconds: seconds,
    intruder: intruder && { kind: intruder[1], id: intruder[2] },
  }));
}
