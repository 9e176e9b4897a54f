import type { CheckIn } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import { type EnrollmentRow, lockNamed, lockUndecided } from '../locking/lock-enrollments.ts';
import type { Selection } from '../selection.ts';
import type { StoredEnrollment, StoredEvent, StoredOrder } from '../stored.ts';
import { loadAnswers, type StoredAnswer } from './load-answers.ts';
import { loadCheckInsOfEvent } from './load-check-ins.ts';
import { type Doors, loadDoors, noDoors } from './load-doors.ts';
import { loadOrders } from './load-orders.ts';
import type { NamedEnrollments } from './named-enrollments.ts';

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

/**
 * Locks the selected enrollments and reads what decisions about them need.
 *
 * What is read beside them is read by later statements: one that waits for a row lock sees that row anew, and every
 * other table as it was before the wait. The statements go out together, and PostgreSQL begins each when the one before
 * it has ended, so a scan waits for one answer here and not for four.
 *
 * @throws OvertakenError when a closure run selects and the event has a newer run
 */
export async function loadBatch(tx: Tx, selection: Selection): Promise<Batch> {
  switch (selection.by) {
    case 'enrollments': {
      const named = { enrollmentIds: selection.enrollmentIds, accessCodes: [] };
      const [locked, known] = await Promise.all([
        lockNamed(tx, selection, named),
        load(tx, selection.eventId, named),
      ]);
      return toBatch(locked, known);
    }
    case 'tickets': {
      const { eventId, tickets } = selection;
      const named = {
        enrollmentIds: tickets.flatMap(({ enrollmentId }) => enrollmentId ?? []),
        accessCodes: tickets.flatMap(({ accessCode }) => accessCode ?? []),
      };
      const [locked, known, answers] = await Promise.all([
        lockNamed(tx, selection, named),
        load(tx, eventId, named),
        loadAnswers(tx, selection),
      ]);
      return { ...toBatch(locked, known), answers, doors: await loadDoors(tx, selection, locked) };
    }
    case 'undecided': {
      // Who these are is not known before they are locked.
      const locked = await lockUndecided(tx, selection);
      const named = { enrollmentIds: locked.map((row) => row.enrollment_id), accessCodes: [] };
      return toBatch(locked, await load(tx, selection.eventId, named));
    }
  }
}

/** What every decision needs, by statements that go out in one turn. */
async function load(tx: Tx, eventId: string, named: NamedEnrollments): Promise<Known> {
  const [[row], checkIns, orders] = await Promise.all([
    tx.query<MaybeEvent>(loadEvent, [eventId]),
    loadCheckInsOfEvent(tx, eventId, named),
    loadOrders(tx, eventId, named),
  ]);
  if (!row) throw new Error('the clock did not answer');
  return { now: row.now, event: row.event_id === null ? null : toStoredEvent(row), checkIns, orders };
}

interface Known {
  now: Date;
  event: StoredEvent | null;
  checkIns: ReadonlyMap<string, CheckIn[]>;
  orders: ReadonlyMap<string, StoredOrder>;
}

function toBatch(locked: readonly EnrollmentRow[], { now, event, checkIns, orders }: Known): Batch {
  const enrollments = locked.map((row) => {
    const id = row.enrollment_id;
    return toStoredEnrollment(row, checkIns.get(id) ?? [], orders.get(id) ?? null);
  });
  return { now, event, enrollments, answers: new Map(), doors: noDoors };
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
    cancelledAt: row.cancelled_at,
    checkIns,
    order,
  };
}
