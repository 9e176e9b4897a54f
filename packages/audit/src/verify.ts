import type { Queryable } from '@turnout/runtime/postgres';
import { hashOfSeal } from './chain.ts';
import { findLineById, findLines, type SealedRow } from './find-lines.ts';
import { findUnsealed } from './find-unsealed.ts';
import type { Head } from './insert-seals.ts';
import { findSeal, readSeals, type Seal } from './read-seals.ts';

export interface VerifyOptions {
  /** Only this organization's; null for all. */
  organizationId: string | null;
  /** A hash that was noted elsewhere: the chain must lead through it. */
  head?: string | undefined;
  /** A hash that was noted elsewhere: what it seals is taken to be right, and what came after it is looked at. */
  since?: string | undefined;
  /** Told about every portion. */
  onProgress?: (organizationId: string, rows: number) => void;
}

/** The first thing that does not match its seals. */
export interface AuditFault {
  organizationId: string;
  /** The seal in which it shows; null for rows that have none. */
  seal: number | null;
  problem:
    | 'row_changed'
    | 'row_removed'
    | 'row_inserted'
    | 'row_backdated'
    | 'seal_changed'
    | 'seal_missing'
    | 'head_missing';
  row: { kind: 'transition' | 'action'; id: string } | null;
  /** As it was sealed, and as it is now; null where that is not known, or there is none. */
  sealed: SealedRow | null;
  found: SealedRow | null;
}

export interface ChainReport {
  organizationId: string;
  seals: number;
  rows: number;
  /** Where the chain ends; null for one without a seal. */
  head: Head | null;
  fault: AuditFault | null;
  /** Rows that wait to be sealed, and for how long the oldest has. */
  waiting: number;
  waitingSeconds: number | null;
}

/** Transactions that begin later may read the clock earlier; none of ours lasts as long as this. */
const LATE_MS = 3_600_000;

/**
 * Compares the audit trail with its seals, organization by organization, in portions that fit into memory. Reads only,
 * and can be run while rows are written and sealed.
 *
 * @returns one report for each organization that has audit rows or seals, with its first fault in the order of the
 * chain
 */
export async function verifyAudit(db: Queryable, options: VerifyOptions): Promise<ChainReport[]> {
  const { organizationId, head, since } = options;
  const start = since === undefined ? null : await findSeal(db, since, organizationId);
  const only = organizationId ?? start?.organizationId ?? null;
  const reports = new Map<string, ChainReport>();
  for (const id of await organizationsWithSeals(db, only)) {
    reports.set(id, await verifyChain(db, id, start, options.onProgress));
  }
  for (const { organizationId: id, waiting, waitingSeconds, intruder } of await findUnsealed(db, only)) {
    const report = reports.get(id) ?? emptyReport(id);
    const fault = intruder && {
      ...noFault(id, null),
      problem: 'row_inserted' as const,
      row: intruder,
      found: parse(await findLineById(db, intruder.kind, intruder.id)),
    };
    reports.set(id, { ...report, waiting, waitingSeconds, fault: report.fault ?? fault });
  }
  for (const noted of [head, start === null ? since : undefined]) {
    if (noted === undefined || (await findSeal(db, noted, only))) continue;
    const id = only ?? '';
    const report = reports.get(id) ?? emptyReport(id);
    const fault = report.fault ?? { ...noFault(id, null), problem: 'head_missing' };
    reports.set(id, { ...report, fault });
  }
  return [...reports.values()];
}

async function organizationsWithSeals(db: Queryable, only: string | null): Promise<string[]> {
  const rows = await db.query<{ organization_id: string }>(
    `select organization_id from access.organizations o
     where ($1::uuid is null or organization_id = $1)
       and exists (select from audit.seals s where s.organization_id = o.organization_id)
     order by organization_id`,
    [only],
  );
  return rows.map(({ organization_id }) => organization_id);
}

async function verifyChain(
  db: Queryable,
  organizationId: string,
  start: Head | null,
  onProgress: VerifyOptions['onProgress'],
): Promise<ChainReport> {
  let head: Head | null = start;
  let seals = 0;
  let rows = 0;
  let latest = 0;
  let fault: AuditFault | null = null;
  for await (const portion of readSeals(db, organizationId, start?.number ?? 0)) {
    const contents = portion.map((seal) => seal.content.split('\n').map((line) => parse(line)));
    const now = await findLines(
      db,
      contents.flat().filter((row) => row !== null),
    );
    for (const [index, seal] of portion.entries()) {
      const sealed = contents[index] ?? [];
      fault =
        faultOfSeal(organizationId, head, seal, sealed) ??
        (await faultOfRows(db, organizationId, seal, now)) ??
        faultOfTimes(organizationId, seal, sealed, latest);
      if (fault) return { ...emptyReport(organizationId), seals, rows, head, fault };
      if (!seal.gathered) latest = Math.max(latest, ...sealed.map((row) => Date.parse(row?.at ?? '')));
      head = { organizationId, number: seal.number, hash: seal.hash };
      seals += 1;
      rows += sealed.length;
    }
    onProgress?.(organizationId, rows);
  }
  return { ...emptyReport(organizationId), seals, rows, head };
}

/** Whether a seal stands where it should, and is the one that was made. */
function faultOfSeal(
  organizationId: string,
  before: Head | null,
  seal: Seal,
  sealed: readonly (SealedRow | null)[],
): AuditFault | null {
  const expected = (before?.number ?? 0) + 1;
  if (seal.number !== expected) return { ...noFault(organizationId, expected), problem: 'seal_missing' };
  const whole = seal.hash === hashOfSeal(before?.hash ?? organizationId, seal.content);
  const ids = sealed.map((row) => row?.id);
  const listed = ids.length === seal.ids.length && ids.every((id, index) => id === seal.ids[index]);
  if (whole && listed) return null;
  return { ...noFault(organizationId, seal.number), problem: 'seal_changed' };
}

async function faultOfRows(
  db: Queryable,
  organizationId: string,
  seal: Seal,
  now: ReadonlyMap<string, string>,
): Promise<AuditFault | null> {
  for (const line of seal.content.split('\n')) {
    const sealed = parse(line);
    if (!sealed) continue;
    const { kind, id } = sealed;
    // Moved to another event or organization it is not found where it was.
    const current = now.get(id) ?? (await findLineById(db, kind, id));
    const fault = { ...noFault(organizationId, seal.number), row: { kind, id }, sealed };
    if (current === null) return { ...fault, problem: 'row_removed' };
    const found = parse(current);
    if (current !== line && !same(sealed, found)) return { ...fault, problem: 'row_changed', found };
  }
  return null;
}

/** A row that says it is of a time long before rows which were written before it. */
function faultOfTimes(
  organizationId: string,
  seal: Seal,
  sealed: readonly (SealedRow | null)[],
  latestBefore: number,
): AuditFault | null {
  if (seal.gathered) return null;
  let latest = latestBefore;
  for (const row of sealed) {
    if (!row) continue;
    const at = Date.parse(row.at);
    if (at < latest - LATE_MS) {
      const { kind, id } = row;
      const fault = { ...noFault(organizationId, seal.number), row: { kind, id }, sealed: row, found: row };
      return { ...fault, problem: 'row_backdated' };
    }
    latest = Math.max(latest, at);
  }
  return null;
}

function parse(line: string | null): SealedRow | null {
  try {
    return line === null ? null : (JSON.parse(line) as SealedRow);
  } catch {
    return null; // of a seal that was changed by hand, as its hash tells
  }
}

/** Another version of PostgreSQL may put the spaces elsewhere. */
function same(one: SealedRow, other: SealedRow | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function emptyReport(organizationId: string): ChainReport {
  return {
    organizationId,
    seals: 0,
    rows: 0,
    head: null,
    fault: null,
    waiting: 0,
    waitingSeconds: null,
  };
}

function noFault(organizationId: string, seal: number | null): Omit<AuditFault, 'problem'> {
  return { organizationId, seal, row: null, sealed: null, found: null };
}
