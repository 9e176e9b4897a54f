/**
 * Critical failures are told once, not in a storm.
 *
 * A failure is counted in the transaction that stores what failed, in the row of its organization and kind: so each
 * counts once, whatever is delivered again. The first one opens the row; a mail tells of it after a moment, and of all
 * that came meanwhile. What follows is told together, one mail an hour. An hour without a failure closes the row, and
 * the next failure opens another. Any number of notifiers and restarts see the same rows.
 */
import { SECOND } from '@turnout/runtime/durations';
import { newId } from '@turnout/runtime/ids';
import type { Queryable, Statement, Tx } from '@turnout/runtime/postgres';

export type AlertKind = 'closure_failed' | 'dead_letter' | 'outbox_stuck';

export interface Failure {
  kind: AlertKind;
  /** Whose; one that does not exist, or null, makes it the operator's. */
  organizationId: string | null;
  /** What it is about, by id. */
  subject: string;
}

/** Failures seldom come alone: those of a moment go into one mail. */
const LINGER = 2 * SECOND;

// One row for each organization and kind, in one order everywhere. The first ten subjects are enough to begin with.
const raise: Statement = {
  name: 'raise_alerts',
  text: `
    with failures as (
      select o.organization_id, f.kind, count(*)::int as untold, (array_agg(f.subject))[1:10] as subjects
      from unnest($2::uuid[], $3::text[], $4::text[]) as f (organization_id, kind, subject)
      left join access.organizations o on o.organization_id = f.organization_id
      group by o.organization_id, f.kind
    )
    insert into notifier.alerts as a (alert_id, organization_id, kind, untold, subjects, next_at)
    select ids.alert_id, f.organization_id, f.kind, f.untold, f.subjects, clock_timestamp() + $5 * interval '1 millisecond'
    from (select *, row_number() over (order by organization_id, kind) as number from failures) f
    join unnest($1::uuid[]) with ordinality as ids (alert_id, number) using (number)
    order by f.organization_id, f.kind
    on conflict (organization_id, kind) where closed_at is null do update
    set untold = a.untold + excluded.untold,
      subjects = (a.subjects || excluded.subjects)[1:10]`,
};

/** Counts failures, to be told of when the transaction has committed. */
export function raiseAlerts(tx: Tx, failures: readonly Failure[]): void {
  if (failures.length === 0) return;
  tx.send(raise, [
    failures.map(() => newId()),
    failures.map(({ organizationId }) => organizationId),
    failures.map(({ kind }) => kind),
    failures.map(({ subject }) => subject),
    LINGER,
  ]);
}

/** Raises an alert for each letter; one of no organization is for the operator. Commits with `tx`. */
export function raiseDeadLetters(
  tx: Tx,
  letters: readonly { letter_id: string; organization_id: string | null }[],
): void {
  raiseAlerts(
    tx,
    letters.map(({ letter_id, organization_id }) => ({
      kind: 'dead_letter',
      organizationId: organization_id,
      subject: letter_id,
    })),
  );
}

const raiseStuck: Statement = {
  name: 'raise_outbox_stuck',
  text: `
    insert into notifier.alerts (alert_id, organization_id, kind, untold, subjects, next_at)
    select $1, null, 'outbox_stuck', 1,
      array[to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')], clock_timestamp()
    from outbox.waiting
    where since < clock_timestamp() - $2 * interval '1 millisecond'
    on conflict (organization_id, kind) where closed_at is null do nothing
    returning alert_id`,
};

/**
 * Opens an alert for the operator when the outbox waits longer than that; not while one is open. True when it opened
 * one.
 */
export async function raiseOutboxStuck(db: Queryable, olderThanMs: number): Promise<boolean> {
  return (await db.query(raiseStuck, [newId(), olderThanMs])).length > 0;
}
