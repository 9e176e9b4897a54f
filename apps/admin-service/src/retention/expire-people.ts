import { recordActions } from '@turnout/access/record-actions';
import { clearTraces } from '@turnout/attendance-store/people/clear-traces';
import { erasePeople } from '@turnout/attendance-store/people/erase-people';
import {
  type Expiry,
  findExpiredPeople,
  holdExpiredPeople,
} from '@turnout/attendance-store/people/expire-people';
import type { Tx } from '@turnout/runtime/postgres';
import type { Retention } from './retention.ts';

/** People looked at by one statement, and of those erased in one transaction. */
const LOOK_AT_ONCE = 2_000;
const ERASE_AT_ONCE = 200;

const tryLock = `select pg_try_advisory_xact_lock(hashtextextended('turnout.retention', 0)) as held`;

/** Thrown out of a transaction in which somebody else turned out to be at it. */
export class Busy extends Error {}

/**
 * Erases the people of an organization who are past their retention period, batch by batch. Answers how many were or
 * would be erased.
 */
export async function expirePeople(
  { db, dryRun, stopping, logger }: Retention,
  expiry: Expiry,
  cause: string,
): Promise<number> {
  const { organizationId } = expiry;
  let erased = 0;
  for (let after: string | null = null; !stopping.aborted; ) {
    const { looked, expired, next } = await findExpiredPeople(db, expiry, { after, limit: LOOK_AT_ONCE });
    for (let from = 0; from < expired.length && !stopping.aborted; from += ERASE_AT_ONCE) {
      const batch = expired.slice(from, from + ERASE_AT_ONCE);
      if (dryRun) {
        erased += batch.length;
        continue;
      }
      const participantIds = await db.transaction(async (tx) => await expire(tx, expiry, batch, cause));
      await clearTraces(db, { organizationId, participantIds });
      erased += participantIds.length;
    }
    logger.debug({ organizationId, looked, erased }, 'looked for people past their retention period');
    if (next === null) break;
    after = next;
  }
  return erased;
}

async function expire(tx: Tx, expiry: Expiry, batch: readonly string[], cause: string): Promise<string[]> {
  const { organizationId, retentionDays } = expiry;
  const [lock] = await tx.query<{ held: boolean }>(tryLock);
  if (lock?.held !== true) throw new Busy('another instance is at it');
  const held = await holdExpiredPeople(tx, expiry, batch);
  const erased = await erasePeople(tx, organizationId, held);
  recordActions(
    tx,
    erased.map((subjectId) => ({
      organizationId,
      action: 'participant.erased',
      actor: { type: 'system', id: 'retention' },
      eventId: null,
      subjectId,
      reason: 'retention',
      details: { retentionDays },
      cause,
    })),
  );
  return erased;
}
