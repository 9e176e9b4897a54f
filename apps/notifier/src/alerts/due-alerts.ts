import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { AlertKind } from './raise-alerts.ts';

export interface DueAlert {
  alert_id: string;
  kind: AlertKind;
  organization_id: string | null;
  /** Null for the operator's. */
  slug: string | null;
  /** Where the organization wants to hear of it; null when it has not said. */
  email: string | null;
  untold: number;
  subjects: string[];
  told: number;
  /** Mails about it that went out. */
  mails: number;
  /** Tries of the mail that is due now, this one included, and how many before it were refused. */
  attempts: number;
  refused: number;
  opened_at: Date;
}

const close: Statement = {
  name: 'close_quiet_alerts',
  text: `
    update notifier.alerts set closed_at = clock_timestamp()
    where closed_at is null and next_at <= clock_timestamp() and untold = 0`,
};

// The lease is next_at itself, as with deliveries: who dies with an alert leaves it due again.
const claim: Statement = {
  name: 'claim_due_alerts',
  text: `
    with due as (
      select alert_id from notifier.alerts
      where closed_at is null and next_at <= clock_timestamp() and untold > 0
      order by next_at
      limit 20
      for update skip locked
    )
    update notifier.alerts a
    set attempts = attempts + 1, next_at = clock_timestamp() + $1 * interval '1 millisecond'
    from due
    where a.alert_id = due.alert_id
    returning a.alert_id, a.kind, a.organization_id, a.untold, a.subjects, a.told, a.mails, a.attempts, a.refused,
      a.opened_at,
      (select o.slug from access.organizations o where o.organization_id = a.organization_id) as slug,
      (select x.email from notifier.alert_addresses x where x.organization_id = a.organization_id) as email`,
};

/** Closes alerts that were quiet for their hour, and takes those with something to tell for as long as `leaseMs`. */
export async function claimDueAlerts(db: Queryable, leaseMs: number): Promise<DueAlert[]> {
  await db.query(close);
  return await db.query<DueAlert>(claim, [leaseMs]);
}

// Failures that came while the mail was under way stay untold, and so do the subjects that it did not name.
const told: Statement = {
  name: 'record_alert_told',
  text: `
    update notifier.alerts
    set told = told + $2, untold = untold - $2, subjects = subjects[$3 + 1:], mails = mails + 1, attempts = 0, refused = 0,
      last_error = null, next_at = clock_timestamp() + $4 * interval '1 millisecond'
    where alert_id = $1 and mails = $5`,
};

/** Writes down that a mail told what was claimed; the next one is due after `quietMs`. */
export async function recordTold(db: Queryable, alert: DueAlert, quietMs: number): Promise<void> {
  await db.query(told, [alert.alert_id, alert.untold, alert.subjects.length, quietMs, alert.mails]);
}

const notTold: Statement = {
  name: 'record_alert_not_told',
  text: `
    update notifier.alerts
    set last_error = $2, refused = refused + $3, next_at = clock_timestamp() + $4 * interval '1 millisecond'
    where alert_id = $1 and mails = $5`,
};

/** Writes down that it was not told, and when it is tried again. */
export async function recordNotTold(
  db: Queryable,
  alert: DueAlert,
  { error, refused, delayMs }: { error: string; refused: boolean; delayMs: number },
): Promise<void> {
  await db.query(notTold, [alert.alert_id, error, refused ? 1 : 0, delayMs, alert.mails]);
}
