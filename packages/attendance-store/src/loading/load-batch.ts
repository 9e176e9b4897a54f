import type { CheckIn } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import type { EnrollmentRow } from '../locking/lock-enrollments.ts';
import type { Selection } from '../selection.ts';
import type { StoredEnrollment, StoredEvent } from '../stored.ts';
import { loadAnswers, type StoredAnswer } from './load-answers.ts';
import { loadCheckIns } from './load-check-ins.ts';

/** What a decision sees: the event, its locked enrollments, and the answers that scans were given before. */
export interface Batch {
  /** The database's clock: every time of record comes from it. */
  now: Date;
  /** Null when there is no such event. */
  event: StoredEvent | null;
  enrollments: readonly StoredEnrollment[];
  /** By scanId. */
  answers: ReadonlyMap<string, StoredAnswer>;
}

const loadEvent: Statement = {
  name: 'load_event',
  text: `
    select clock.now, ${eventColumns}
    from (select clock_timestamp() as now) clock
    left join attendance.events on event_id = $1`,
};

/** Outer-joined to the clock, so all columns are null when there is no such event. */
type MaybeEvent = { now: Date } & (EventRow | { event_id: null });

/** Reads what the decisions about locked enrollments need, after the lock. */
export async function loadBatch(
  tx: Tx,
  selection: Selection,
  locked: readonly EnrollmentRow[],
): Promise<Batch> {
  const [row] = await tx.query<MaybeEvent>(loadEvent, [selection.eventId]);
  if (!row) throw new Error('the clock did not answer');
  const checkIns = await loadCheckIns(tx, locked);
  const answers = selection.by === 'tickets' ? await loadAnswers(tx, selection) : new Map();
  return {
    now: row.now,
    event: row.event_id === null ? null : toStoredEvent(row),
    enrollments: locked.map((row) => toStoredEnrollment(row, checkIns.get(row.enrollment_id) ?? [])),
    answers,
  };
}

function toStoredEnrollment(row: EnrollmentRow, checkIns: readonly CheckIn[]): StoredEnrollment {
  return {
    id: row.enrollment_id,
    eventId: row.event_id,
    organizationId: row.organization_id,
    participantId: row.participant_id,
    displayName: row.name,
    accessCode: row.access_code,
    ticketType: row.ticket_type,
    status: row.status,
    version: row.version,
    verdictBy: row.verdict_by,
    cancelledAt: row.cancelled_at,
    checkIns,
  };
}
