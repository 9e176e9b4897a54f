/**
 * What is done daily so that nothing is kept for ever that need not be: people past their retention period by the
 * settings of their organization, what an erasure had to leave until a verdict was given, what scanners read that was
 * no ticket, and the ids of what was published long ago.
 *
 * It looks at what is, in bounded batches of which each is a transaction: cut off anywhere, the next run goes on. Any
 * number of instances may run it; one that meets another at work leaves the rest to that one.
 */

import {
  clearTraces,
  type ErasedPerson,
  findUnfinished,
} from '@turnout/attendance-store/people/clear-traces';
import { clearUnknownCodes } from '@turnout/attendance-store/people/clear-unknown-codes';
import { forgetPublished } from '@turnout/outbox/forget-published';
import { newId } from '@turnout/runtime/ids';
import { inPortions } from '@turnout/runtime/in-portions';
import type { Db } from '@turnout/runtime/postgres';
import { Busy, expirePeople } from './expire-people.ts';
import type { Retention } from './retention.ts';

export interface RetentionCounts {
  /** Whether all of it was done; false when it was stopped, or another instance is at it. */
  finished: boolean;
  people: number;
  /** Erasures of before that were looked at again. */
  erasuresResumed: number;
  unknownCodes: number;
  /** Batches of published ids. */
  published: number;
}

const UNFINISHED_AT_ONCE = 100;
const ROWS_AT_ONCE = 1_000;

/** Runs all of it, or with `dryRun` counts the people and changes nothing. */
export async function runRetention(retention: Retention): Promise<RetentionCounts> {
  const { db, config, dryRun, stopping, logger } = retention;
  const counts: RetentionCounts = {
    finished: false,
    people: 0,
    erasuresResumed: 0,
    unknownCodes: 0,
    published: 0,
  };
  const cause = newId();
  try {
    for (const expiry of await organizationsWithRetention(db)) {
      const people = await expirePeople(retention, expiry, cause);
      counts.people += people;
      if (people > 0) logger.info({ ...expiry, people, dryRun, cause }, 'people past their retention period');
    }
    if (dryRun) return { ...counts, finished: !stopping.aborted };
    counts.erasuresResumed = await resumeErasures(retention);
    counts.unknownCodes = await inPortions(ROWS_AT_ONCE, stopping, () =>
      clearUnknownCodes(db, { olderThanDays: config.unknownCodesDays, limit: ROWS_AT_ONCE }),
    );
    counts.published = await inPortions(ROWS_AT_ONCE, stopping, () =>
      forgetPublished(db, { olderThanDays: config.publishedDays, limit: ROWS_AT_ONCE }),
    );
    counts.finished = !stopping.aborted;
  } catch (error) {
    if (!(error instanceof Busy)) throw error;
    logger.info({ cause }, 'another instance is at the retention');
  }
  logger.info({ ...counts, cause }, 'retention');
  return counts;
}

async function organizationsWithRetention(db: Db) {
  const rows = await db.query<{ organization_id: string; retention_days: number }>(
    `select organization_id, retention_days from access.settings
     where retention_days is not null order by organization_id`,
  );
  return rows.map((row) => ({ organizationId: row.organization_id, retentionDays: row.retention_days }));
}

/** Goes on where an erasure was cut off, or waited for a verdict. */
async function resumeErasures({ db, stopping }: Retention): Promise<number> {
  let resumed = 0;
  for (let after: ErasedPerson | null = null; !stopping.aborted; ) {
    const page: ErasedPerson[] = await findUnfinished(db, after, UNFINISHED_AT_ONCE);
    for (const [organizationId, people] of Map.groupBy(page, (person) => person.organizationId)) {
      await clearTraces(db, {
        organizationId,
        participantIds: people.map(({ participantId }) => participantId),
      });
    }
    resumed += page.length;
    if (page.length < UNFINISHED_AT_ONCE) break;
    after = page.at(-1) ?? null;
  }
  return resumed;
}
