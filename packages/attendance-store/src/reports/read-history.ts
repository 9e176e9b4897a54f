import type { Status } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import type { StoredEvent } from '../stored.ts';
import { loadPresence, type Presence } from './presence.ts';

/** One event in which a person is enrolled, and what is stored of their presence. */
export interface HistoryRecord extends Presence {
  event: StoredEvent;
  enrollmentId: string;
  status: Status;
  ticketType: string | null;
  attendedAt: Date | null;
}

export interface History {
  organizationId: string;
  participantId: string;
  /** Only these events, or null for all of the organization. */
  eventIds: readonly string[] | null;
}

const PAGE = 500;

const nextEnrollments: Statement = {
  name: 'next_enrollments_of_person',
  text: `
    select v.*, e.enrollment_id, e.status, e.ticket_type, e.attended_at
    from (
      select * from attendance.enrollments
      where organization_id = $1 and participant_id = $2
        and ($3::uuid[] is null or event_id = any($3))
    ) e
    cross join lateral (
      select ${eventColumns} from attendance.events where event_id = e.event_id
      offset 0
    ) v
    where $4::uuid is null or (v.starts_at, v.event_id) < (
      select starts_at, event_id from attendance.events where event_id = $4
    )
    order by v.starts_at desc, v.event_id desc
    limit $5`,
};

type Row = EventRow & {
  enrollment_id: string;
  status: Status;
  ticket_type: string | null;
  attended_at: Date | null;
};

/** The events of one person, the latest first, a page at a time. */
export async function* readHistory(
  tx: Tx,
  { organizationId, participantId, eventIds }: History,
): AsyncGenerator<HistoryRecord[], void, undefined> {
  for (let after: string | null = null; ; ) {
    const rows: Row[] = await tx.query<Row>(nextEnrollments, [
      organizationId,
      participantId,
      eventIds,
      after,
      PAGE,
    ]);
    const last = rows.at(-1);
    if (!last) return;
    const presenceOf = await loadPresence(
      tx,
      rows.map((row) => ({ eventId: row.event_id, enrollmentId: row.enrollment_id })),
    );
    yield rows.map((row) => ({
      event: toStoredEvent(row),
      enrollmentId: row.enrollment_id,
      status: row.status,
      ticketType: row.ticket_type,
      attendedAt: row.attended_at,
      ...presenceOf(row.enrollment_id),
    }));
    if (rows.length < PAGE) return;
    after = last.event_id;
  }
}
