import type { Status } from '@turnout/attendance/enrollment';
import type { TriggeredBy } from '@turnout/attendance/moves';
import type { Evidence } from '@turnout/attendance/requirement';
import type { Actor } from '@turnout/contracts/http/enrollments';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { TransitionRecord } from './records.ts';

export interface TransitionList {
  organizationId: string;
  eventId: string;
  /** The last transition of the page before. */
  after: string | null;
  limit: number;
}

const columns = `
  transition_id, enrollment_id, from_status, to_status, triggered_by, actor, reason, evidence, version, at, cause`;

const firstTransitions: Statement = {
  name: 'first_transitions',
  text: `
    select ${columns} from attendance.transitions
    where event_id = $1 and organization_id = $2
    order by at, transition_id
    limit $3`,
};

// The row of the page before says where to go on, because its time has microseconds and a Date has not. It cannot be
// gone: nothing leaves the audit trail.
const nextTransitions: Statement = {
  name: 'next_transitions',
  text: `
    select ${columns} from attendance.transitions
    where event_id = $1 and organization_id = $2
      and (at, transition_id) > (
        select at, transition_id from attendance.transitions where event_id = $1 and transition_id = $4
      )
    order by at, transition_id
    limit $3`,
};

interface TransitionRow {
  transition_id: string;
  enrollment_id: string;
  from_status: Status | null;
  to_status: Status;
  triggered_by: TriggeredBy;
  actor: Actor;
  reason: string;
  evidence: Evidence | null;
  version: number;
  at: Date;
  cause: string;
}

/** The audit trail of an event, oldest first. */
export async function listTransitions(
  db: Queryable,
  { organizationId, eventId, after, limit }: TransitionList,
): Promise<TransitionRecord[]> {
  const rows =
    after === null
      ? await db.query<TransitionRow>(firstTransitions, [eventId, organizationId, limit])
      : await db.query<TransitionRow>(nextTransitions, [eventId, organizationId, limit, after]);
  return rows.map((row) => ({
    id: row.transition_id,
    enrollmentId: row.enrollment_id,
    from: row.from_status,
    to: row.to_status,
    triggeredBy: row.triggered_by,
    actor: row.actor,
    reason: row.reason,
    evidence: row.evidence,
    version: row.version,
    at: row.at,
    cause: row.cause,
  }));
}
