import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Queryable, Statement, Tx } from '@turnout/runtime/postgres';

/**
 * When a participant `p` is to be erased after `$2` days: they came, and the last event they are enrolled in ended,
 * longer ago than that, and no event has still to decide about them.
 */
const isExpired = `
  p.created_at < clock_timestamp() - $2 * interval '1 day'
  and not exists (
    select from attendance.enrollments e
    join attendance.events v using (event_id)
    where e.organization_id = p.organization_id and e.participant_id = p.participant_id
      and (v.ends_at >= clock_timestamp() - $2 * interval '1 day' or e.undecided and v.cancelled_at is null)
  )`;

const look: Statement = {
  name: 'look_for_expired_people',
  text: `
    select p.participant_id, ${isExpired} as expired
    from attendance.participants p
    where p.organization_id = $1 and p.participant_id > $3 and p.erased_at is null
    order by p.participant_id
    limit $4`,
};

export interface Expiry {
  organizationId: string;
  retentionDays: number;
}

/** Looks at the next so many participants, and answers who of them is expired and where to go on; null at the end. */
export async function findExpiredPeople(
  db: Queryable,
  { organizationId, retentionDays }: Expiry,
  { after, limit }: { after: string | null; limit: number },
): Promise<{ looked: number; expired: string[]; next: string | null }> {
  const rows = await db.query<{ participant_id: string; expired: boolean }>(look, [
    organizationId,
    retentionDays,
    after ?? LOWEST_ID,
    limit,
  ]);
  const next = rows.length < limit ? null : (rows.at(-1)?.participant_id ?? null);
  const expired = rows.filter((row) => row.expired).map(({ participant_id }) => participant_id);
  return { looked: rows.length, expired, next };
}

const lock: Statement = {
  name: 'lock_expired_people',
  text: `
    select participant_id from attendance.participants
    where organization_id = $1 and participant_id = any($2::uuid[]) and erased_at is null
    order by participant_id
    for update skip locked`,
};

const lookAgain: Statement = {
  name: 'look_at_expired_people',
  text: `
    select p.participant_id from attendance.participants p
    where p.organization_id = $1 and p.participant_id = any($3::uuid[]) and ${isExpired}`,
};

/**
 * Holds these people, and answers who of them is still expired: somebody may have enrolled them meanwhile, which nobody
 * can do from now until the commit. Who is held by others is left out.
 */
export async function holdExpiredPeople(
  tx: Tx,
  { organizationId, retentionDays }: Expiry,
  participantIds: readonly string[],
): Promise<string[]> {
  const held = await tx.query<{ participant_id: string }>(lock, [organizationId, participantIds]);
  const ids = held.map(({ participant_id }) => participant_id);
  const rows = await tx.query<{ participant_id: string }>(lookAgain, [organizationId, retentionDays, ids]);
  return rows.map(({ participant_id }) => participant_id);
}
