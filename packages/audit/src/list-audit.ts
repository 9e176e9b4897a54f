import type { Actor } from '@turnout/contracts/http/enrollments';
import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { type AuditKind, terms } from './audit-rows.ts';

/** One thing that was done: a change of a status, or an action. */
export interface AuditRecord {
  kind: AuditKind;
  id: string;
  at: Date;
  /** What was done, in the past tense; of a transition `enrollment.<status>`. */
  action: string;
  actor: Actor;
  eventId: string | null;
  enrollmentId: string | null;
  subjectId: string | null;
  reason: string | null;
  details: Readonly<Record<string, unknown>>;
  cause: string;
  /** Where the list goes on after this one. */
  key: AuditKey;
}

/** Time with microseconds, id, and the snapshot of the first page. */
export type AuditKey = readonly [at: string, id: string, snapshot: string];

export interface AuditFilter {
  organizationId: string;
  /** Only what belongs to one of these; null for all, also what belongs to none. */
  eventIds: readonly string[] | null;
  /** Only what was done to this enrollment. */
  enrollmentId?: string | undefined;
  /** Only what this token, or this part of the system, did. */
  actorId?: string | undefined;
  action?: string | undefined;
  /** At this time or later. */
  from?: Date | undefined;
  /** Before this time. */
  to?: Date | undefined;
  kinds?: readonly AuditKind[];
}

export interface AuditPage {
  after: AuditKey | null;
  limit: number;
}

/**
 * The audit trail, oldest first.
 *
 * Rows commit in another order than that of their times, so whoever pages by time would miss what commits behind them.
 * The first page therefore fixes what the list holds: everything that was committed by then, and nothing else. Its key
 * carries that, so no transaction has to stay open.
 */
export async function listAudit(
  db: Queryable,
  filter: AuditFilter,
  { after, limit }: AuditPage,
): Promise<AuditRecord[]> {
  const kinds = filter.kinds ?? ['transition', 'action'];
  const rows = await db.query<AuditRow>(filter.enrollmentId === undefined ? ofEvents : ofEnrollment, [
    filter.organizationId,
    filter.eventIds,
    filter.enrollmentId ?? null,
    filter.actorId ?? null,
    filter.from ?? '-infinity',
    filter.to ?? 'infinity',
    filter.action ?? null,
    after?.[0] ?? '-infinity',
    after?.[1] ?? LOWEST_ID,
    after?.[2] ?? null,
    limit,
    kinds,
  ]);
  return rows.map(({ place, snapshot, ...row }) => ({
    ...row,
    key: [place, row.id, after?.[2] ?? snapshot] as const,
  }));
}

type AuditRow = Omit<AuditRecord, 'key'> & { place: string; snapshot: string };

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const columns: Record<AuditKind, string> = {
  transition: `'transition' as kind, r.transition_id as id, r.at, 'enrollment.' || r.to_status as action, r.actor,
    r.event_id as "eventId", r.enrollment_id as "enrollmentId", null::uuid as "subjectId", r.reason,
    jsonb_build_object('from', r.from_status, 'to', r.to_status, 'triggeredBy', r.triggered_by, 'version', r.version,
      'evidence', r.evidence) as details, r.cause`,
  action: `'action' as kind, r.action_id as id, r.at, r.action, r.actor, r.event_id as "eventId",
    (select about.enrollment_id from attendance.enrollments about
      where about.event_id = r.event_id and about.enrollment_id = r.subject_id) as "enrollmentId",
    r.subject_id as "subjectId", r.reason, r.details, r.cause`,
};

/** What any of the filters says of a row, and that it was committed when the first page was read. */
function isWanted(kind: AuditKind): string {
  const { id, writtenHere } = terms(kind);
  const action = kind === 'transition' ? `'enrollment.' || r.to_status` : 'r.action';
  return `r.organization_id = $1::uuid and '${kind}' = any ($12::text[])
    and r.at >= $5::timestamptz and r.at < $6::timestamptz and (r.at, ${id}) > ($8::timestamptz, $9::uuid)
    and ($4::text is null or r.actor ->> 'id' = $4) and ($7::text is null or ${action} = $7)
    and ($10::text is null or r.xid is null or pg_visible_in_snapshot(r.xid, $10::pg_snapshot)
      or not coalesce(${writtenHere}, false))`;
}

// An actor's events are noted when rows are sealed. What is not sealed yet, and all of it where sealing has still to
// begin, is looked through.
const wantedEvents = `
  progress as materialized (
    select last_xid, coalesce(system_identifier = (select system_identifier from pg_control_system()), false) as here
    from audit.progress where one
  ),
  events as materialized (
    select e.event_id
    from attendance.events e
    cross join progress p
    where e.organization_id = $1 and ($2::uuid[] is null or e.event_id = any ($2))
      and ($4::text is null or not p.here
        or exists (
          select from audit.actors a
          where a.organization_id = $1 and a.actor_id = $4 and a.event_id = e.event_id
        )
        or e.event_id in (
          select r.event_id from attendance.transitions r
          where r.xid >= (select last_xid from progress) and r.organization_id = $1 and r.actor ->> 'id' = $4
        ))
  )`;

const place = `to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place,
  pg_current_snapshot()::text as snapshot`;

// Of each event only so many keys are looked for that all together would fill the page. Where the last of them lie
// tells how far the page can reach at most, and only what lies before that is read: however many events there are,
// little more than a page of rows, and its columns once it is known which they are.
const ofEvents: Statement = {
  name: 'audit_of_events',
  text: `
    with ${wantedEvents},
    share as materialized (
      select greatest(1, ceil($11::int / greatest(1, count(*))::numeric))::int as of_each from events
    ),
    reach as materialized (
      select nth.at, nth.transition_id from events
      cross join lateral (
        select r.at, r.transition_id
        from attendance.transitions r
        where r.event_id = events.event_id and ${isWanted('transition')}
        order by r.at, r.transition_id offset (select of_each - 1 from share) limit 1
      ) nth
      order by nth.at, nth.transition_id
      offset (select ceil($11::int / of_each::numeric)::int - 1 from share) limit 1
    ),
    keys as materialized (
      select own.* from events
      cross join lateral (
        select r.event_id, r.enrollment_id, r.version, r.at, r.transition_id
        from attendance.transitions r
        where r.event_id = events.event_id and ${isWanted('transition')}
          and (r.at, r.transition_id) <= (
            coalesce((select at from reach), 'infinity'), coalesce((select transition_id from reach), '${LAST_ID}')
          )
        order by r.at, r.transition_id limit $11
      ) own
      order by own.at, own.transition_id limit $11
    ),
    transitions as (
      select ${columns.transition}
      from keys k
      join attendance.transitions r
        on r.event_id = k.event_id and r.enrollment_id = k.enrollment_id and r.version = k.version
    ),
    actions as (
      select ${columns.action}
      from access.actions r
      where ($2::uuid[] is null or r.event_id = any ($2)) and $3::uuid is null and ${isWanted('action')}
      order by r.at, r.action_id limit $11
    )
    select *, ${place} from (select * from transitions union all select * from actions) both_kinds
    order by at, id limit $11`,
};

const ofEnrollment: Statement = {
  name: 'audit_of_enrollment',
  text: `
    with enrollment as materialized (
      select e.event_id, e.enrollment_id from attendance.enrollments e
      where e.enrollment_id = $3 and e.organization_id = $1 and ($2::uuid[] is null or e.event_id = any ($2))
    ),
    transitions as materialized (
      select ${columns.transition}
      from enrollment e
      join attendance.transitions r on r.event_id = e.event_id and r.enrollment_id = e.enrollment_id
      where ${isWanted('transition')}
    ),
    actions as materialized (
      select ${columns.action}
      from enrollment e
      join access.actions r on r.event_id = e.event_id and r.subject_id = e.enrollment_id
      where ${isWanted('action')}
    )
    select *, ${place} from (select * from transitions union all select * from actions) both_kinds
    order by at, id limit $11`,
};

/** All of it, in portions that fit into memory, as of the moment at which it is begun. */
export async function* readAudit(db: Queryable, filter: AuditFilter): AsyncGenerator<AuditRecord[]> {
  let after: AuditKey | null = null;
  for (;;) {
    const records: AuditRecord[] = await listAudit(db, filter, { after, limit: PORTION });
    yield records;
    if (records.length < PORTION) return;
    after = records.at(-1)?.key ?? null;
  }
}

const PORTION = 2_000;
