import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Queryable, Statement, Tx } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import { lockUndecided } from '../locking/lock-undecided.ts';
import type { UndecidedSelection } from '../selection.ts';
import type { StoredEvent, UndecidedEnrollment } from '../stored.ts';
import { dayEvidenceOf, type EvidenceRow, toEvidence } from './day-evidence.ts';

/** What closure sees: the event, and the enrollments it has locked, each with the evidence of its days. */
export interface UndecidedBatch {
  /** The database's clock: every time of record comes from it. */
  now: Date;
  event: StoredEvent;
  enrollments: readonly UndecidedEnrollment[];
}

const loadEvent: Statement = {
  name: 'load_event_to_judge',
  text: `select clock_timestamp() as now, ${eventColumns} from attendance.events where event_id = $1`,
};

const loadEvidence: Statement = {
  name: 'load_evidence_of_undecided',
  text: dayEvidenceOf(`
    select enrollment_id from attendance.enrollments
    where event_id = $1 and undecided and enrollment_id > $2 and enrollment_id <= $3`),
};

/**
 * Locks the next undecided enrollments of an event and reads what their verdicts rest on, in statements after the one
 * that may have waited for locks. Of thousands of people that is far less than what a scan asks about one.
 *
 * @throws OvertakenError when the event has a newer run
 */
export async function loadUndecided(tx: Tx, selection: UndecidedSelection): Promise<UndecidedBatch> {
  const { eventId, after } = selection;
  const locked = await lockUndecided(tx, selection);
  const last = locked.at(-1)?.enrollment_id ?? LOWEST_ID;
  const [{ now, event }, evidence] = await Promise.all([
    loadEventToJudge(tx, eventId),
    tx.query<EvidenceRow>(loadEvidence, [eventId, after ?? LOWEST_ID, last]),
  ]);
  const found = toEvidence(evidence);
  return {
    now,
    event,
    enrollments: locked.map((row) => ({
      id: row.enrollment_id,
      eventId: row.event_id,
      organizationId: row.organization_id,
      participantId: row.participant_id,
      status: row.status,
      version: row.version,
      checkIns: found.get(row.enrollment_id) ?? [],
    })),
  };
}

/** The event as it is now, and the time of record of what is decided by it. */
export async function loadEventToJudge(
  db: Queryable,
  eventId: string,
): Promise<{ now: Date; event: StoredEvent }> {
  const [row] = await db.query<EventRow & { now: Date }>(loadEvent, [eventId]);
  if (!row) throw new Error(`event ${eventId} disappeared while it was being judged`);
  return { now: row.now, event: toStoredEvent(row) };
}
