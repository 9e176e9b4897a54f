/** The two tables of the audit trail, as one. */
export type AuditKind = 'transition' | 'action';

const utc = (column: string) => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * Each column of a row, as the seal keeps it. The text depends on nothing but the row: a time in another zone or a
 * jsonb with its keys in another order would be another hash.
 */
const lines: Record<AuditKind, string> = {
  transition: `json_build_object('kind', 'transition', 'id', r.transition_id, 'organizationId', r.organization_id,
    'eventId', r.event_id, 'enrollmentId', r.enrollment_id, 'version', r.version, 'from', r.from_status, 'to', r.to_status,
    'triggeredBy', r.triggered_by, 'actor', r.actor, 'reason', r.reason, 'evidence', r.evidence, 'at', ${utc('r.at')},
    'cause', r.cause, 'messageId', r.message_id, 'xid', r.xid::text)::text`,
  action: `json_build_object('kind', 'action', 'id', r.action_id, 'organizationId', r.organization_id,
    'eventId', r.event_id, 'subjectId', r.subject_id, 'action', r.action, 'actor', r.actor, 'reason', r.reason,
    'details', r.details, 'at', ${utc('r.at')}, 'cause', r.cause, 'xid', r.xid::text)::text`,
};

const tables: Record<AuditKind, { name: string; id: string; key: readonly string[] }> = {
  transition: {
    name: 'attendance.transitions',
    id: 'transition_id',
    key: ['event_id', 'enrollment_id', 'version'],
  },
  action: { name: 'access.actions', id: 'action_id', key: ['organization_id', 'action_id'] },
};

/**
 * Whether the transaction that a row names wrote it in this cluster, by itself or in one of its subtransactions, which
 * have numbers soon after its own. It did not when the row was restored from a dump: then it was written by the
 * restore, and names a number that this cluster has given to another transaction, or will.
 *
 * Ages are compared and not numbers, because `xmin` has 32 bits; of the difference it does not matter as of when they
 * are.
 */
const writtenHere = `(r.xid < pg_snapshot_xmax(pg_current_snapshot())
      and age(r.xid::xid)::bigint - age(r.xmin) between 0 and 1000000)`;

/** What sealing and checking know of a row: `line` is the text that is sealed. */
export interface SealableRow {
  kind: AuditKind;
  id: string;
  organization_id: string;
  event_id: string | null;
  actor_id: string | null;
  xid: string | null;
  line: string;
}

/** How statements over a table named `r` say what the two tables have in common. */
export interface RowTerms {
  table: string;
  id: string;
  /** Whether its transaction is one of this cluster. */
  writtenHere: string;
}

/** The terms of the table that holds rows of this kind. */
export function terms(kind: AuditKind): RowTerms {
  const { name, id } = tables[kind];
  return { table: name, id: `r.${id}`, writtenHere };
}

/** Selects {@link SealableRow}s of one table, named `r`: those for which the condition holds. */
export function selectRows(kind: AuditKind, condition: (terms: RowTerms) => string): string {
  const own = terms(kind);
  return `${selectLines(kind)} from ${own.table} r where ${condition(own)}`;
}

/**
 * The first of them in an order, as many as `limit` says. Only their keys are put in order, and lines are made of those
 * that are taken: one transaction can have written a hundred thousand.
 */
export function selectFirstRows(
  kind: AuditKind,
  condition: (terms: RowTerms) => string,
  { order, limit }: { order: (terms: RowTerms) => string; limit: string },
): string {
  const own = terms(kind);
  const { key } = tables[kind];
  return `${selectLines(kind)}
    from (
      select ${key.map((column) => `r.${column}`).join(', ')} from ${own.table} r
      where ${condition(own)}
      order by ${order(own)} limit ${limit}
    ) first
    cross join lateral (
      select * from ${own.table} r
      where ${key.map((column) => `r.${column} = first.${column}`).join(' and ')}
      offset 0
    ) r`;
}

function selectLines(kind: AuditKind): string {
  return `
    select '${kind}' as kind, ${terms(kind).id} as id, r.organization_id, r.event_id, r.actor ->> 'id' as actor_id, r.xid,
      ${lines[kind]} as line`;
}
