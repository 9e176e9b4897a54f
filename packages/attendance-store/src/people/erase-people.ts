import type { Queryable, Statement, Tx } from '@turnout/runtime/postgres';
import { ERASED } from './erased.ts';

const erase: Statement = {
  name: 'erase_people',
  text: `
    update attendance.participants
    set name = '${ERASED}', email = '', locale = null, external_id = null,
      erased_at = clock_timestamp(), changed_at = clock_timestamp()
    where organization_id = $1 and participant_id = any($2::uuid[]) and erased_at is null
    returning participant_id`,
};

/**
 * Makes these participants nobody, those that are not yet, and answers their ids. From the commit on nobody reads a
 * name of theirs; what was written with one before is for {@link clearTraces}.
 *
 * Enrolling holds the row of whoever it finds. So it comes first, and its enrollment is one of the person's, or it
 * finds nobody and makes somebody new.
 */
export async function erasePeople(
  tx: Tx,
  organizationId: string,
  participantIds: readonly string[],
): Promise<string[]> {
  const rows = await tx.query<{ participant_id: string }>(erase, [organizationId, participantIds]);
  return rows.map(({ participant_id }) => participant_id);
}

const find: Statement = {
  name: 'find_erasure',
  text: `
    select erased_at from attendance.participants
    where organization_id = $1 and participant_id = $2`,
};

/**
 * Since when a participant is erased, null while they are not; undefined when the organization has no such participant.
 */
export async function findErasure(
  db: Queryable,
  organizationId: string,
  participantId: string,
): Promise<Date | null | undefined> {
  const [row] = await db.query<{ erased_at: Date | null }>(find, [organizationId, participantId]);
  return row?.erased_at;
}
