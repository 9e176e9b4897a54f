import { changeEnrollments, type Decision } from '@turnout/attendance-store/change-enrollments';
import type { Batch } from '@turnout/attendance-store/loading/load-batch';
import type { AnsweredScan } from '@turnout/attendance-store/saving/answered-scan';
import type { ChangeContext } from '@turnout/attendance-store/stored';
import type { Db } from '@turnout/runtime/postgres';
import type { ScanAnswer } from '../answers/scan-answers.ts';
import { measureScans } from '../metrics.ts';
import { Desk } from './desk.ts';
import { scannedAt } from './judgement.ts';
import type { SubmittedScan } from './submitted-scan.ts';

/**
 * Judges scans of one event and records them, in one transaction.
 *
 * Scans are taken in the order in which they were made, so that the order of an upload changes nothing; those without a
 * time were made now, in the order given. Each answer stands where its scan stood.
 *
 * @returns null when the organization has no such event
 */
export async function recordScans(
  db: Db,
  { organizationId, eventId }: { organizationId: string; eventId: string },
  scans: readonly SubmittedScan[],
): Promise<ScanAnswer[] | null> {
  const tickets = scans.map(({ scan }) => ({
    scanId: scan.scanId,
    accessCode: scan.accessCode ?? null,
    enrollmentId: 'enrollmentId' in scan ? (scan.enrollmentId ?? null) : null,
    productId: 'productId' in scan ? scan.productId : null,
  }));

  let kept: readonly AnsweredScan[] = [];
  function judge(batch: Batch): Decision<ScanAnswer[] | null> {
    const { event } = batch;
    if (event?.organizationId !== organizationId) return { changes: [], result: null };
    const desk = new Desk(event, batch);
    const answers: ScanAnswer[] = [];
    for (const [index, scan] of inOrderMade(scans, batch.now)) answers[index] = desk.judge(scan);
    const { answered, reused, decided } = desk;
    kept = [...answered, ...reused];
    return { changes: desk.changes(), answers: answered, attempts: { reused, decided }, result: answers };
  }
  const answers = await changeEnrollments(
    db,
    { by: 'tickets', organizationId, eventId, tickets },
    judge,
    gathered,
  );
  if (answers) measureScans(kept, answers);
  return answers;
}

/** Never seen in a row: each scan brings its own. */
const gathered: ChangeContext = { actor: { type: 'system', id: 'checkin-service' }, cause: 'gathered' };

/** The scans with their places, by time made; scans of one instant by id, so that any order gives the same. */
function inOrderMade(scans: readonly SubmittedScan[], now: Date): [number, SubmittedScan][] {
  return [...scans.entries()].sort(([, one], [, other]) => {
    const byTime = scannedAt(one, now).getTime() - scannedAt(other, now).getTime();
    if (byTime !== 0 || !isDated(one) || !isDated(other)) return byTime;
    return one.scan.scanId < other.scan.scanId ? -1 : Number(one.scan.scanId > other.scan.scanId);
  });
}

function isDated({ kind, scan }: SubmittedScan): boolean {
  return kind === 'check_in' && scan.scannedAt !== undefined;
}
