/**
 * Enrolling a file of people: one transaction of many sets, all or none.
 *
 * While it runs, whoever enrolls one of the same people waits for it, and with a large file nearly everybody of the
 * organization is one. Closing or changing the event waits only while the enrollments are written: the event is held
 * from there on, after everybody was judged and the people were written. Check-ins wait for nothing here: they lock
 * enrollments, and those are new.
 */
import { SECOND } from '@turnout/runtime/durations';
import type { Db, Statement, Tx } from '@turnout/runtime/postgres';
import { readClock } from '../read-clock.ts';
import type { ChangeContext } from '../stored.ts';
import { type EnrollInto, untilUndisturbed } from './enroll-participants.ts';
import { type Identified, judgeRows, type NewEnrollment, type RefusedRow } from './judge-rows.ts';
import { lockEvent, lookAtEvent } from './lock-event.ts';
import { setsOf } from './sets-of.ts';
import { writeEnrollments, writePeople } from './write-rows.ts';

export interface Import extends EnrollInto {
  rows: readonly NewEnrollment[];
  /** Judge, and write nothing: also where it is known already that the file can't be imported as it is. */
  dryRun: boolean;
  /** What the client calls it, and a digest of the file; null when it has no name. */
  named: { importId: string; digest: Buffer } | null;
  /** Called as rows are done; may throw to stop everything. */
  onProgress: (phase: 'checking' | 'writing', rows: number) => void;
  /** What else is to be written if and only if the import is. */
  alongside: (tx: Pick<Tx, 'send'>) => void;
}

export type Imported =
  /** `again`: this very file was imported under this id before, and nothing was done now. */
  | { outcome: 'imported'; created: number; again: boolean }
  | { outcome: 'event_cancelled'; cancelledAt: Date }
  | { outcome: 'import_id_reused' }
  /** Nothing was written. */
  | { outcome: 'refused'; refused: RefusedRow[] };

/** Devices without a network look back a minute for what was committed late, so writing may not take longer. */
const WRITTEN_WITHIN = 45 * SECOND;

/** Answers null when the organization has no such event. */
export async function importParticipants(
  db: Db,
  file: Import,
  context: ChangeContext,
): Promise<Imported | null> {
  try {
    return await untilUndisturbed(() => db.transaction((tx) => importOnce(tx, file, context)));
  } catch (error) {
    if (error instanceof CancelledMeanwhile) return error.refusal;
    throw error;
  }
}

async function importOnce(tx: Tx, file: Import, context: ChangeContext): Promise<Imported | null> {
  const { organizationId, eventId, rows, dryRun, named, onProgress } = file;
  const open = await lookAtEvent(tx, organizationId, eventId);
  if (!open) return null;
  if (named) {
    if (!dryRun) await tx.query(lockImport, [eventId, named.importId]);
    const before = await earlierImport(tx, file);
    if (before) return before;
  }
  if (open.cancelledAt) return { outcome: 'event_cancelled', cancelledAt: open.cancelledAt };
  const { identified, refused } = await judgeRows(tx, {
    ...file,
    held: !dryRun,
    onJudged: (count) => onProgress('checking', count),
  });
  if (refused.length > 0) return { outcome: 'refused', refused };
  if (!dryRun) {
    const at = await write(tx, file, identified, context);
    if (named) {
      const { importId, digest } = named;
      tx.send(insertImport, [eventId, importId, organizationId, digest, rows.length, at]);
    }
    file.alongside(tx);
  }
  return { outcome: 'imported', created: rows.length, again: false };
}

/** Writes the people, then holds the event and enrolls them. Answers when they are enrolled. */
async function write(
  tx: Tx,
  file: Import,
  identified: readonly Identified[],
  context: ChangeContext,
): Promise<Date> {
  const { organizationId, eventId, rows, onProgress } = file;
  const began = await readClock(tx);
  const written = async (count: number) => {
    const now = await readClock(tx);
    if (now.getTime() - began.getTime() > WRITTEN_WITHIN) throw new TooSlowError();
    onProgress('writing', count);
  };
  for (const { items } of setsOf(identified)) {
    writePeople(tx, organizationId, items);
    await written(0);
  }
  // A closure that began before this is older than these enrollments, and one that begins later waits and sees them.
  const open = await lockEvent(tx, organizationId, eventId);
  if (!open) throw new Error(`event ${eventId} disappeared during an import`);
  if (open.cancelledAt) throw new CancelledMeanwhile(open.cancelledAt);
  for (const { start, items } of setsOf(rows)) {
    const set = { rows: items, identified: identified.slice(start, start + items.length) };
    writeEnrollments(tx, file, set, context, open.now);
    await written(start + items.length);
  }
  return open.now;
}

/** The event was cancelled while people were judged; what was written of them by then must go. */
class CancelledMeanwhile extends Error {
  override readonly name = 'CancelledMeanwhile';
  readonly refusal: Imported;

  constructor(cancelledAt: Date) {
    super('the event was cancelled during an import');
    this.refusal = { outcome: 'event_cancelled', cancelledAt };
  }
}

/** The database takes so long that the import would be missed by who looks for changes. */
export class TooSlowError extends Error {
  override readonly name = 'TooSlowError';
  readonly code = 'ETIMEDOUT';
  override readonly message = 'writing an import took too long';
}

// Two with one id wait for each other, whatever people they name.
const lockImport: Statement = {
  name: 'lock_import',
  text: `select pg_advisory_xact_lock(hashtextextended('turnout.import ' || $1 || ' ' || $2, 0))`,
};

const findImport: Statement = {
  name: 'find_import',
  text: 'select digest, created from attendance.imports where event_id = $1 and import_id = $2',
};

const insertImport: Statement = {
  name: 'insert_import',
  text: `
    insert into attendance.imports (event_id, import_id, organization_id, digest, created, at)
    values ($1, $2, $3, $4, $5, $6)`,
};

async function earlierImport(tx: Tx, { eventId, named }: Import): Promise<Imported | null> {
  if (!named) return null;
  const [row] = await tx.query<{ digest: Buffer; created: number }>(findImport, [eventId, named.importId]);
  if (!row) return null;
  return row.digest.equals(named.digest)
    ? { outcome: 'imported', created: row.created, again: true }
    : { outcome: 'import_id_reused' };
}
