import type { Status } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type ClosureState, closureStateColumn, closureTables } from '../closing/find-closure-states.ts';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import type { StoredEvent } from '../stored.ts';
import { isCorrection } from './correction.ts';

/** An event and what became of its people. */
export interface ReportedEvent {
  event: StoredEvent;
  byStatus: Record<Status, number>;
  corrections: number;
  closure: ClosureState;
}

export interface ReportedEvents {
  organizationId: string;
  /** Only these, or null for all of the organization. */
  eventIds: readonly string[] | null;
  /** Events that begin at this instant or later; null for all. */
  startingFrom: Date | null;
  /** Events that begin before this instant; null for all. */
  startingBefore: Date | null;
}

// All of an event are counted: few events, so that a page of large ones is there in time.
const PAGE = 10;

// The row of the page before says where to go on, because its time has microseconds and a Date has not. Events stay.
const nextEvents: Statement = {
  name: 'next_events_to_report',
  text: `
    select e.*, ${closureStateColumn} as closure, n.*, t.corrections
    from (
      select ${eventColumns}, closure_epoch, closed_epoch from attendance.events
      where organization_id = $1
        and ($2::uuid[] is null or event_id = any($2))
        and ($3::timestamptz is null or starts_at >= $3)
        and ($4::timestamptz is null or starts_at < $4)
        and ($5::uuid is null or (starts_at, event_id) > (
          select starts_at, event_id from attendance.events where event_id = $5
        ))
      order by starts_at, event_id
      limit $6
    ) e
    ${closureTables}
    cross join lateral (
      select
        count(*) filter (where status = 'confirmed') as confirmed,
        count(*) filter (where status = 'checked_in') as checked_in,
        count(*) filter (where status = 'attended') as attended,
        count(*) filter (where status = 'no_show') as no_show,
        count(*) filter (where status = 'cancelled') as cancelled
      from attendance.enrollments where event_id = e.event_id
      offset 0
    ) n
    cross join lateral (
      select count(*) as corrections from attendance.transitions where event_id = e.event_id and ${isCorrection}
      offset 0
    ) t
    order by e.starts_at, e.event_id`,
};

type Row = EventRow & Record<Status | 'corrections', number> & { closure: ClosureState };

/** An organization's events in the order in which they begin, a page at a time. */
export async function* readEvents(
  tx: Tx,
  { organizationId, eventIds, startingFrom, startingBefore }: ReportedEvents,
): AsyncGenerator<ReportedEvent[], void, undefined> {
  for (let after: string | null = null; ; ) {
    const bounds = [organizationId, eventIds, startingFrom, startingBefore, after, PAGE];
    const rows: Row[] = await tx.query<Row>(nextEvents, bounds);
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map((row) => ({
      event: toStoredEvent(row),
      byStatus: {
        confirmed: row.confirmed,
        checked_in: row.checked_in,
        attended: row.attended,
        no_show: row.no_show,
        cancelled: row.cancelled,
      },
      corrections: row.corrections,
      closure: row.closure,
    }));
    if (rows.length < PAGE) return;
    after = last.event_id;
  }
}
