import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Db, Statement, Tx } from '@turnout/runtime/postgres';
import { type SealableRow, selectRows } from './audit-rows.ts';
import { type Head, insertSeals } from './insert-seals.ts';
import { noteProgress, type SealCounts, takeProgress } from './seal-once.ts';

const FETCHED = 2_000;

const horizon: Statement = {
  name: 'audit_horizon',
  text: 'select pg_snapshot_xmin(pg_current_snapshot()) as below',
};

/**
 * Begins sealing in a cluster: the first, or one into which a dump was restored. Seals whatever has no seal and was not
 * written by a transaction that is running or still to come, in one transaction and 2,000 rows of memory; from then on
 * `sealOnce` takes what these write. Costs a look at every row and every seal, once.
 *
 * @param db with a deadline for statements of a minute or so
 * @param stop aborted to give it up: it begins anew the next time
 */
export async function gather(db: Db, stop: AbortSignal): Promise<SealCounts> {
  return await db.transaction(async (tx) => {
    const progress = await takeProgress(tx);
    if (!progress || progress.here) return { sealed: 0, heads: [], newCluster: false };
    const [{ below } = { below: '' }] = await tx.query<{ below: string }>(horizon);
    if (!/^\d+$/.test(below)) throw new Error(`PostgreSQL answered "${below}" for a transaction`);
    await tx.query(declare(below));
    const ends = new Map<string, Head>();
    let sealed = 0;
    for await (const rows of fetched(tx)) {
      stop.throwIfAborted();
      const heads = await insertSeals(tx, rows, { gathered: true });
      for (const head of heads) ends.set(head.organizationId, head);
      sealed += rows.length;
    }
    noteProgress(tx, { xid: below, id: LOWEST_ID });
    return { sealed, heads: [...ends.values()], newCluster: false };
  });
}

async function* fetched(tx: Tx): AsyncGenerator<SealableRow[]> {
  for (;;) {
    const rows = await tx.query<SealableRow>(`fetch ${FETCHED} from without_seal`);
    if (rows.length === 0) return;
    yield rows;
  }
}

/** A cursor takes no parameters. */
function declare(below: string): string {
  const ofTable = (kind: 'transition' | 'action') =>
    selectRows(
      kind,
      ({ id, writtenHere }) => `not exists (select from sealed where sealed.id = ${id})
        and not coalesce(r.xid >= '${below}'::xid8 and ${writtenHere}, false)`,
    );
  return `
    declare without_seal no scroll cursor for
    with sealed as materialized (select unnest(ids) as id from audit.seals)
    ${ofTable('transition')} union all ${ofTable('action')}`;
}
