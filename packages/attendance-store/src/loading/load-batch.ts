import type { CheckIn } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import { jsonOf } from '../json-of.ts';
import { type EnrollmentRow, lockNamed } from '../locking/lock-enrollments.ts';
import type { Selection } from '../selection.ts';
import type { StoredEnrollment, StoredEvent, StoredOrder } from '../stored.ts';
import { type CheckInRow, checkInsOfNamed, toCheckIns } from './load-check-ins.ts';
import { type Doors, loadDoors, noDoors } from './load-doors.ts';
import { loadOrders } from './load-orders.ts';
import { type NamedEnrollments, namedEnrollments } from './named-enrollments.ts';
import { type AnswerRow, answersOfScans, type StoredAnswer, toAnswers } from './stored-answer.ts';

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

// Read when the enrollments are locked, and so after whoever erased a person and cleared what was written before.
const namesOfNamed = `
  select named.enrollment_id, p.name
  from ${namedEnrollments}
  cross join lateral (
    select organization_id, participant_id from attendance.enrollments
    where event_id = $1 and enrollment_id = named.enrollment_id offset 0
  ) e
  cross join lateral (
    select name from attendance.participants p
    where p.organization_id = e.organization_id and p.participant_id = e.participant_id offset 0
  ) p`;

// One statement for all of it: each by itself costs a scan about 50 microseconds, here and in the database.
const loadKnown: Statement = {
  name: 'load_batch',
  text: `
    select clock.now, ${eventColumns},
      ${jsonOf(checkInsOfNamed)} as check_ins,
      ${jsonOf(namesOfNamed)} as names,
      exists (select from attendance.orders where orders.event_id = $1) as has_orders
    from (select clock_timestamp() as now) clock
    left join attendance.events on event_id = $1`,
};

const loadKnownAndAnswers: Statement = {
  name: 'load_batch_of_scans',
  text: `select known.*, ${jsonOf(answersOfScans)} as answers from (${loadKnown.text}) known`,
};

/** Outer-joined to the clock, so all columns of the event are null when there is no such event. */
type KnownRow = {
  now: Date;
  check_ins: CheckInRow[];
  names: { enrollment_id: string; name: string }[];
  has_orders: boolean;
  answers?: AnswerRow[];
} & (EventRow | { event_id: null });

/**
 * Locks the selected enrollments and reads what decisions about them need.
 *
 * What is read beside them is read by later statements: one that waits for a row lock sees that row anew, and every
 * other table as it was before the wait. The statements go out together, and PostgreSQL begins each when the one before
 * it has ended, so a scan waits for one answer here and not for two.
 */
export async function loadBatch(tx: Tx, selection: Selection): Promise<Batch> {
  switch (selection.by) {
    case 'enrollments': {
      const { eventId, enrollmentIds } = selection;
      const named = { enrollmentIds, accessCodes: [] };
      const [locked, known] = await Promise.all([lockNamed(tx, selection, named), load(tx, eventId, named)]);
      return toBatch(locked, known, await ordersOf(tx, known, locked), noDoors);
    }
    case 'tickets': {
      const { eventId, tickets } = selection;
      const named = {
        enrollmentIds: tickets.flatMap(({ enrollmentId }) => enrollmentId ?? []),
        accessCodes: tickets.flatMap(({ accessCode }) => accessCode ?? []),
      };
      const scanIds = tickets.map(({ scanId }) => scanId);
      const [locked, known] = await Promise.all([
        lockNamed(tx, selection, named),
        load(tx, eventId, named, scanIds),
      ]);
      const [orders, doors] = await Promise.all([
        ordersOf(tx, known, locked),
        loadDoors(tx, selection, locked),
      ]);
      return toBatch(locked, known, orders, doors);
    }
  }
}

async function load(
  tx: Tx,
  eventId: string,
  { enrollmentIds, accessCodes }: NamedEnrollments,
  scanIds?: readonly string[],
): Promise<KnownRow> {
  const values = [eventId, enrollmentIds, accessCodes];
  const [known] = scanIds
    ? await tx.query<KnownRow>(loadKnownAndAnswers, [...values, scanIds])
    : await tx.query<KnownRow>(loadKnown, values);
  if (!known) throw new Error('the clock did not answer');
  return known;
}

/** Of most events nobody has an order; the others are asked for in a statement of their own. */
async function ordersOf(
  tx: Tx,
  known: KnownRow,
  locked: readonly EnrollmentRow[],
): Promise<Map<string, StoredOrder>> {
  if (known.event_id === null || !known.has_orders) return new Map();
  const enrollmentIds = locked.map((row) => row.enrollment_id);
  return await loadOrders(tx, known.event_id, enrollmentIds);
}

function toBatch(
  locked: readonly EnrollmentRow[],
  known: KnownRow,
  orders: ReadonlyMap<string, StoredOrder>,
  doors: Doors,
): Batch {
  const checkIns = toCheckIns(known.check_ins);
  const names = new Map(known.names.map(({ enrollment_id, name }) => [enrollment_id, name]));
  return {
    now: known.now,
    event: known.event_id === null ? null : toStoredEvent(known),
    enrollments: locked.map((row) => {
      const id = row.enrollment_id;
      // Nameless is a ticket that lost the code it was named by while it was waited for; no scan finds it by that.
      const displayName = names.get(id) ?? '';
      return toStoredEnrollment({ ...row, displayName }, checkIns.get(id) ?? [], orders.get(id) ?? null);
    }),
    answers: toAnswers(known.answers ?? []),
    doors,
  };
}

function toStoredEnrollment(
  row: EnrollmentRow & { displayName: string },
  checkIns: readonly CheckIn[],
  order: StoredOrder | null,
): StoredEnrollment {
  return {
    id: row.enrollment_id,
    eventId: row.event_id,
    organizationId: row.organization_id,
    participantId: row.participant_id,
    displayName: row.displayName,
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
