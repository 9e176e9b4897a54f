import { MINUTE, SECOND } from '@turnout/runtime/durations';
import type { Logger } from '@turnout/runtime/logger';
import type { Queryable } from '@turnout/runtime/postgres';
import type { Mailer } from '../channels/channel.ts';
import { pauseAfterRefusal, pauseWhileUnavailable, retryPolicies } from '../sending/retry-policy.ts';
import { alertText } from './alert-text.ts';
import { claimDueAlerts, type DueAlert, recordNotTold, recordTold } from './due-alerts.ts';

export interface TellOptions {
  db: Queryable;
  /** Null where no mail server is configured: failures are then told in the log only. */
  mailer: Mailer | null;
  operatorEmail: string | null;
  logger: Logger;
  /** Aborted when the process stops and can't wait any longer. */
  signal: AbortSignal;
}

/** After a mail, what follows is told together once in this time. */
const QUIET = 60 * MINUTE;

/** A lease outlives the slowest mail and the writing of its outcome. */
const LEASE_MARGIN = 5 * SECOND;

/** Tells what is due: each alert as one mail, to its organization or to the operator, and as one line of the log. */
export async function tellDue(options: TellOptions): Promise<{ told: number; waiting: number }> {
  const { db, mailer } = options;
  const due = await claimDueAlerts(db, (mailer?.longestSendMs ?? 0) + LEASE_MARGIN);
  const told = await Promise.all(due.map((alert) => tell(alert, options)));
  return { told: told.filter(Boolean).length, waiting: told.filter((done) => !done).length };
}

async function tell(alert: DueAlert, options: TellOptions): Promise<boolean> {
  const { db, mailer, operatorEmail, logger, signal } = options;
  const { alert_id: alertId, kind, organization_id: organizationId, untold: failures, mails } = alert;
  const facts = { alertId, kind, organizationId, failures, mails };
  const address = alert.email ?? operatorEmail;
  if (mailer === null || address === null) {
    logger.error(facts, 'a critical failure, and no address to report it to');
    await recordTold(db, alert, QUIET);
    return true;
  }
  const mail = { id: `${alertId}.${mails}`, about: alertId, to: { name: '', address }, ...alertText(alert) };
  const result = await mailer.sendMail(mail, signal);
  if (result.outcome === 'sent') {
    logger.error(facts, 'a critical failure was reported by mail');
    await recordTold(db, alert, QUIET);
    return true;
  }
  const { error } = result;
  const refused = result.outcome === 'refused';
  const delayMs = refused
    ? pauseAfterRefusal(retryPolicies.email, alert.refused + 1)
    : pauseWhileUnavailable(retryPolicies.email, alert.attempts - alert.refused);
  if (delayMs === null) {
    logger.error({ ...facts, error }, 'a critical failure could not be reported by mail');
    await recordTold(db, alert, QUIET);
    return true;
  }
  logger.warn({ ...facts, error }, 'a critical failure is not reported yet');
  await recordNotTold(db, alert, { error, refused, delayMs });
  return false;
}
