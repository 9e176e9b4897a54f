import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';

/** One check-in with whose it is, and which token recorded it. */
export interface ReportedCheckIn {
  id: string;
  enrollmentId: string;
  participant: { id: string; name: string; email: string; externalId: string | null };
  ticketType: string | null;
  day: string;
  scannedAt: Date;
  recordedAt: Date;
  station: string | null;
  direction: 'entry' | 'exit';
  source: 'scan' | 'override';
  device: { id: string; label: string | null };
  turnedAway: boolean;
  annulledAt: Date | null;
  annulmentReason: string | null;
}

const PAGE = 1_000;

const nextCheckIns: Statement = {
  name: 'next_check_ins_to_report',
  text: `
    select c.check_in_id, c.enrollment_id, c.day, c.scanned_at, c.recorded_at, c.station, c.direction, c.source,
      c.device_id, c.turned_away, c.annulled_at, c.annulment_reason, t.label,
      e.ticket_type, e.participant_id, p.name, p.email, p.external_id
    from (
      select * from attendance.check_ins
      where event_id = $1 and check_in_id > $2
      order by check_in_id
      limit $3
    ) c
    cross join lateral (
      select organization_id, participant_id, ticket_type from attendance.enrollments
      where event_id = c.event_id and enrollment_id = c.enrollment_id
      offset 0
    ) e
    cross join lateral (
      select name, email, external_id from attendance.participants
      where organization_id = e.organization_id and participant_id = e.participant_id
      offset 0
    ) p
    left join lateral (
      select label from access.tokens
      where organization_id = e.organization_id and token_id = c.device_id
      offset 0
    ) t on true
    order by c.check_in_id`,
};

interface CheckInRow {
  check_in_id: string;
  enrollment_id: string;
  day: string;
  scanned_at: Date;
  recorded_at: Date;
  station: string | null;
  direction: 'entry' | 'exit';
  source: 'scan' | 'override';
  device_id: string;
  turned_away: boolean;
  annulled_at: Date | null;
  annulment_reason: string | null;
  label: string | null;
  ticket_type: string | null;
  participant_id: string;
  name: string;
  email: string;
  external_id: string | null;
}

/**
 * Every check-in of an event, also exits and annulled ones, in the order in which the server made them, a page at a
 * time. Whose event it is has been looked up before.
 */
export async function* readCheckIns(
  tx: Tx,
  eventId: string,
): AsyncGenerator<ReportedCheckIn[], void, undefined> {
  for (let after = LOWEST_ID; ; ) {
    const rows = await tx.query<CheckInRow>(nextCheckIns, [eventId, after, PAGE]);
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map(toReportedCheckIn);
    if (rows.length < PAGE) return;
    after = last.check_in_id;
  }
}

function toReportedCheckIn(row: CheckInRow): ReportedCheckIn {
  return {
    id: row.check_in_id,
    enrollmentId: row.enrollment_id,
    participant: { id: row.participant_id, name: row.name, email: row.email, externalId: row.external_id },
    ticketType: row.ticket_type,
    day: row.day,
    scannedAt: row.scanned_at,
    recordedAt: row.recorded_at,
    station: row.station,
    direction: row.direction,
    source: row.source,
    device: { id: row.device_id, label: row.label },
    turnedAway: row.turned_away,
    annulledAt: row.annulled_at,
    annulmentReason: row.annulment_reason,
  };
}
