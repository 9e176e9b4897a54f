import type { CheckIn } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import type { EnrollmentRow } from '../locking/lock-enrollments.ts';
import type { Selection } from '../selection.ts';
import type { StoredEnrollment, StoredEvent, StoredOrder } from '../stored.ts';
import { loadAnswers, type StoredAnswer } from './load-answers.ts';
import { loadCheckIns } from './load-check-ins.ts';
import { type Doors, loadDoors, noDoors } from './load-doors.ts';
import { loadOrders } from './load-orders.ts';

/** What a decision sees: the event, its locked enrollments, and the answers that scans were given before. */
export interface Batch {
  /** The database's clock: every time of record comes from it. */
  now: Date;
  /** Null when there is no such event. */
  event: StoredEvent | null;
  enrollments: readonly StoredEnrollment[];
  /** By scanId. */
  answers: ReadonlyMap<string, StoredAnswer>;
  /** What is known of the doors that scans ask for. */
  doors: Doors;
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
  const orders = await loadOrders(tx, locked);
  const answers = selection.by === 'tickets' ? await loadAnswers(tx, selection) : new Map();
  const doors = selection.by === 'tickets' ? await loadDoors(tx, selection, locked) : noDoors;
  return {
    now: row.now,
    event: row.event_id === null ? null : toStoredEvent(row),
    enrollments: locked.map((row) => {
      const id = row.enrollment_id;
      return toStoredEnrollment(row, checkIns.get(id) ?? [], orders.get(id) ?? null);
    }),
    answers,
    doors,
  };
}

function toStoredEnrollment(
  row: EnrollmentRow,
  checkIns: readonly CheckIn[],
  order: StoredOrder | null,
): StoredEnrollment {
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
    checkIns,
    order,
  };
}
