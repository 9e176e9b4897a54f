import type { CheckIn } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import { type EnrollmentRow, lockByIds, lockTickets, lockUndecided } from '../locking/lock-enrollments.ts';
import type { Selection } from '../selection.ts';
import type { StoredEnrollment, StoredEvent } from '../stored.ts';
import { loadAnswers, type StoredAnswer } from './load-answers.ts';
import { loadCheckInsOfEvent } from './load-check-ins.ts';

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

const loadEventAndClock: Statement = {
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
  const { eventId } = selection;
  switch (selection.by) {
    case 'enrollments': {
      const { enrollmentIds } = selection;
      const [locked, event, checkIns] = await Promise.all([
        lockByIds(tx, selection),
        loadEvent(tx, eventId),
        loadCheckInsOfEvent(tx, eventId, { enrollmentIds }),
      ]);
      return toBatch(event, locked, checkIns);
    }
    case 'tickets': {
      const { tickets } = selection;
      const named = {
        enrollmentIds: tickets.flatMap(({ enrollmentId }) => enrollmentId ?? []),
        accessCodes: tickets.flatMap(({ accessCode }) => accessCode ?? []),
      };
      const [locked, event, checkIns, answers] = await Promise.all([
        lockTickets(tx, selection, named),
        loadEvent(tx, eventId),
        loadCheckInsOfEvent(tx, eventId, named),
        loadAnswers(tx, selection),
      ]);
      return toBatch(event, locked, checkIns, answers);
    }
    case 'undecided': {
      // Who these are is not known before they are locked.
      const locked = await lockUndecided(tx, selection);
      const enrollmentIds = locked.map(({ enrollment_id }) => enrollment_id);
      const [event, checkIns] = await Promise.all([
        loadEvent(tx, eventId),
        loadCheckInsOfEvent(tx, eventId, { enrollmentIds }),
      ]);
      return toBatch(event, locked, checkIns);
    }
  }
}

interface EventNow {
  now: Date;
  event: StoredEvent | null;
}

async function loadEvent(tx: Tx, eventId: string): Promise<EventNow> {
  const [row] = await tx.query<MaybeEvent>(loadEventAndClock, [eventId]);
  if (!row) throw new Error('the clock did not answer');
  return { now: row.now, event: row.event_id === null ? null : toStoredEvent(row) };
}

function toBatch(
  { now, event }: EventNow,
  locked: readonly EnrollmentRow[],
  checkIns: ReadonlyMap<string, CheckIn[]>,
  answers: ReadonlyMap<string, StoredAnswer> = new Map(),
): Batch {
  const enrollments = locked.map((row) => toStoredEnrollment(row, checkIns.get(row.enrollment_id) ?? []));
  return { now, event, enrollments, answers };
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
    checkIns,
  };
}
