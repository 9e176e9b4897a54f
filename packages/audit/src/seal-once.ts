/**
 * Sealing: every audit row gets a place in the chain of its organization, some seconds after its commit.
 *
 * What it guarantees
 * - No committed row is passed over. Rows carry the number of their transaction, and only those are sealed which lie
 *   below the oldest transaction that is still running: of those no more can come. What is sealed last is noted in the
 *   transaction that seals, so a sealer that dies has sealed all of a batch or nothing.
 * - One sealer at a time, in all instances: it holds the row that says how far sealing is. One that stands still in the
 *   middle loses its transaction after ten seconds, and another goes on where it was.
 * - Who writes audit rows waits for nothing here, and pays for one column and one index.
 *
 * What it does not
 * - A row that is changed by hand within the moments before it is sealed is sealed as changed. A transaction that runs
 *   for an hour, in any database of the server, makes these moments an hour.
 * - Rows that somebody puts in by hand as of now, with all that belongs to them, are rows like any other.
 *
 * A cluster that was restored from a dump counts its transactions anew, and the rows in it name numbers of the one
 * before. So sealing notes the cluster it works in, and in another one begins with whatever has no seal: gather.ts.
 */
import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Db, Statement, Tx } from '@turnout/runtime/postgres';
import { type SealableRow, selectFirstRows } from './audit-rows.ts';
import { type Head, insertSeals } from './insert-seals.ts';

export interface SealCounts {
  sealed: number;
  /** Where the chains end that grew. */
  heads: Head[];
  /** This cluster is not the one in which rows were sealed last: `gather` has to come first. */
  newCluster: boolean;
}

const BATCH_SIZE = 2_000;

const nothing: SealCounts = { sealed: 0, heads: [], newCluster: false };

export interface Progress {
  last_xid: string;
  last_id: string;
  here: boolean;
  /** The oldest transaction that was running then. */
  below: string;
}

/**
 * Whether transactions are still numbered as they were when sealing was here last.
 */
const here = `coalesce(
  system_identifier = (select system_identifier from pg_control_system())
    and last_xid <= pg_snapshot_xmax(pg_current_snapshot()), false)`;

const lockProgress: Statement = {
  name: 'audit_lock_progress',
  text: `
    select last_xid, last_id, ${here} as here, pg_snapshot_xmin(pg_current_snapshot()) as below
    from audit.progress for update skip locked`,
};

/** How far sealing is, for as long as the transaction lasts; null while another sealer is at work. */
export async function takeProgress(tx: Tx): Promise<Progress | null> {
  const [progress] = await tx.query<Progress>(lockProgress);
  return progress ?? null;
}

// Looking is enough most of the time, and writes nothing.
const peek: Statement = {
  name: 'audit_peek',
  text: `
    select not ${here} or exists (select from attendance.transitions r where ${isNext('transition_id')})
      or exists (select from access.actions r where ${isNext('action_id')}) as waiting
    from audit.progress p`,
};

function isNext(id: string): string {
  return `r.xid >= p.last_xid and r.xid < pg_snapshot_xmin(pg_current_snapshot())
    and (r.xid > p.last_xid or r.${id} > p.last_id)`;
}

const nextRows: Statement = {
  name: 'audit_next_rows',
  text: `(${nextOf('transition')}) union all (${nextOf('action')}) order by xid, id limit $3`,
};

function nextOf(kind: 'transition' | 'action'): string {
  return selectFirstRows(
    kind,
    ({ id, writtenHere }) => `r.xid >= $1::xid8 and r.xid < pg_snapshot_xmin(pg_current_snapshot())
      and (r.xid > $1::xid8 or ${id} > $2::uuid) and ${writtenHere}`,
    { order: ({ id }) => `r.xid, ${id}`, limit: '$3' },
  );
}

const saveProgress: Statement = {
  name: 'audit_save_progress',
  text: `
    update audit.progress
    set last_xid = $1::xid8, last_id = $2, system_identifier = (select system_identifier from pg_control_system())`,
};

/** Rows up to and including this one are sealed, of those that this cluster's transactions wrote. */
export function noteProgress(tx: Tx, last: { xid: string; id: string }): void {
  tx.send(saveProgress, [last.xid, last.id]);
}

/** Seals one batch. Answers 0 where there is nothing to seal, or another sealer is at it. */
export async function sealOnce(db: Db, { batchSize = BATCH_SIZE } = {}): Promise<SealCounts> {
  const [look] = await db.query<{ waiting: boolean }>(peek);
  if (!look?.waiting) return nothing;
  return await db.transaction(async (tx) => {
    const progress = await takeProgress(tx);
    if (!progress) return nothing;
    if (!progress.here) return { ...nothing, newCluster: true };
    const rows = await tx.query<SealableRow>(nextRows, [progress.last_xid, progress.last_id, batchSize]);
    const last = rows.at(-1);
    if (!last?.xid) return nothing;
    const heads = await insertSeals(tx, rows, { gathered: false });
    const isAll = rows.length < batchSize && BigInt(progress.below) > BigInt(last.xid);
    // Past the transaction and not in it, so that looking for more does not look at all that it wrote each time.
    noteProgress(tx, isAll ? { xid: progress.below, id: LOWEST_ID } : { xid: last.xid, id: last.id });
    return { sealed: rows.length, heads, newCluster: false };
  });
}
