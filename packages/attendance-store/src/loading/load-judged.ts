import type { Statement, Tx } from '@turnout/runtime/postgres';
import { lockJudged } from '../locking/lock-judged.ts';
import type { JudgedSelection } from '../selection.ts';
import type { JudgedEnrollment, StoredEvent } from '../stored.ts';
import { dayEvidenceOf, type EvidenceRow, toEvidence } from './day-evidence.ts';
import { loadEventToJudge } from './load-undecided.ts';

/**
 * What a correction sees: the event as it is now, and the enrollments it has locked, each with the evidence of its
 * days.
 */
export interface JudgedBatch {
  /** The database's clock: every time of record comes from it. */
  now: Date;
  event: StoredEvent;
  enrollments: readonly JudgedEnrollment[];
}

const loadEvidence: Statement = {
  name: 'load_evidence_of_judged',
  text: dayEvidenceOf(`
    select enrollment_id from attendance.enrollments
    where event_id = $1 and verdict_by = 'rule' and enrollment_id > $2 and enrollment_id <= $3`),
};

/**
 * Locks the next enrollments of a correction and reads what their verdicts rest on, in statements after the one that
 * may have waited for locks: a scan that was decided by the event as it was before has committed by then, and is read.
 *
 * @throws NotOursError
 */
export async function loadJudged(tx: Tx, selection: JudgedSelection): Promise<JudgedBatch> {
  const { eventId } = selection;
  const { after, rows } = await lockJudged(tx, selection);
  const last = rows.at(-1)?.enrollment_id ?? after;
  const [{ now, event }, evidence] = await Promise.all([
    loadEventToJudge(tx, eventId),
    tx.query<EvidenceRow>(loadEvidence, [eventId, after, last]),
  ]);
  const found = toEvidence(evidence);
  return {
    now,
    event,
    enrollments: rows.map((row) => ({
      id: row.enrollment_id,
      eventId: row.event_id,
      organizationId: row.organization_id,
      participantId: row.participant_id,
      status: row.status,
      version: row.version,
      verdictBy: row.verdict_by,
      checkIns: found.get(row.enrollment_id) ?? [],
    })),
  };
}
