import type { CheckIn } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import type { EnrollmentRow } from '../locking/lock-enrollments.ts';
import type { Selection } from '../selection.ts';
import type { StoredEnrollment, StoredEvent } from '../stored.ts';
import { loadAnswers, type StoredAnswer } from './load-answers.ts';
import { loadCheckIns } from './load-check-ins.ts';

/** What a decision sees: the locked enrollments, their events, and the answers that scans were given before. */
export interface Batch {
  /** The database's clock: every time of record comes from it. */
  now: Date;
  events: ReadonlyMap<string, StoredEvent>;
  enrollments: readonly StoredEnrollment[];
  /** By {@link answerKey}. */
  answers: ReadonlyMap<string, StoredAnswer>;
}

const loadEvents: Statement = {
  name: 'load_events',
  text: `
    select clock.now, ${eventColumns}
    from (select clock_timestamp() as now) clock
    left join attendance.events on event_id = any($1::uuid[])`,
};

/** Reads what the decisions about locked enrollments need, after the lock. */
export async function loadBatch(
  tx: Tx,
  selection: Selection,
  locked: readonly EnrollmentRow[],
): Promise<Batch> {
  const rows = await tx.query<EventRow & { now: Date }>(loadEvents, [eventIdsOf(selection)]);
  const checkIns = await loadCheckIns(tx, locked);
  const answers = selection.by === 'tickets' ? await loadAnswers(tx, selection.tickets) : new Map();
  return {
    now: rows[0]?.now ?? new Date(Number.NaN),
    events: new Map(
      rows.filter(({ event_id }) => event_id !== null).map((row) => [row.event_id, toStoredEvent(row)]),
    ),
    enrollments: locked.map((row) => toStoredEnrollment(row, checkIns.get(row.enrollment_id) ?? [])),
    answers,
  };
}

function eventIdsOf(selection: Selection): string[] {
  if (selection.by !== 'tickets') return [selection.eventId];
  return [...new Set(selection.tickets.map(({ eventId }) => eventId))];
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
