import { MINUTE } from '@turnout/runtime/durations';
import { startPart } from '@turnout/runtime/lifecycle';
import { openDb } from '@turnout/runtime/postgres';
import { atOneInstant } from '@turnout/runtime/postgres-snapshot';
import { auditTrailIsAsSealed } from './audit-trail-is-as-sealed.ts';
import { closedEventsAreDecided } from './closed-events-are-decided.ts';
import { effectsBelongToOneEvent } from './effects-belong-to-one-event.ts';
import type { Invariant } from './invariant.ts';
import { noTicketWasUnknown } from './no-ticket-was-unknown.ts';
import { nobodyCountsTwice } from './nobody-counts-twice.ts';
import { nothingIsRedeemedTwice } from './nothing-is-redeemed-twice.ts';
import { statusMatchesAuditTrail } from './status-matches-audit-trail.ts';
import { transitionsAreAnnouncedOnce } from './transitions-are-announced-once.ts';
import { transitionsFormAPath } from './transitions-form-a-path.ts';
import { verdictsFollowTheRules } from './verdicts-follow-the-rules.ts';

export const invariants: readonly Invariant[] = [
  statusMatchesAuditTrail,
  transitionsFormAPath,
  closedEventsAreDecided,
  transitionsAreAnnouncedOnce,
  effectsBelongToOneEvent,
  nobodyCountsTwice,
  verdictsFollowTheRules,
  noTicketWasUnknown,
  nothingIsRedeemedTwice,
  auditTrailIsAsSealed,
];

export interface Finding {
  name: string;
  /** The rows that break it; empty when it holds. */
  offenders: object[];
}

/**
 * Checks a live database against every invariant, read-only and in one snapshot, so that what happens meanwhile does
 * not disturb it.
 *
 * @param databaseUrl of a role that may read all schemas
 * @throws StartError where there is no such database, or an empty one: a sentence that says what to do
 */
export async function runInvariants(databaseUrl: string): Promise<Finding[]> {
  await using db = openDb({
    url: databaseUrl,
    max: 1,
    applicationName: 'invariants',
    queryTimeoutMs: 10 * MINUTE,
  });
  await startPart('PostgreSQL', 'Check DATABASE_URL, and that the migrations have run.', () =>
    db.query('select from attendance.events limit 1'),
  );
  return await atOneInstant(db, async (tx) => {
    const findings: Finding[] = [];
    for (const { name, findOffenders } of invariants)
      findings.push({ name, offenders: await findOffenders(tx) });
    return findings;
  });
}
