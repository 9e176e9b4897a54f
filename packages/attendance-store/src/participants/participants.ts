import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { containing } from '../containing.ts';

/** A person known to an organization. */
export interface ParticipantRecord {
  id: string;
  name: string;
  email: string;
  locale: string | null;
  externalId: string | null;
  createdAt: Date;
}

/** Whom of an organization one may know of: everybody, or who is enrolled in some events. */
export interface Visibility {
  organizationId: string;
  eventIds: readonly string[] | null;
}

const columns = 'participant_id, name, email, locale, external_id, created_at';

const isVisible = `
  ($2::uuid[] is null or exists (
    select from attendance.enrollments e
    where e.organization_id = p.organization_id and e.participant_id = p.participant_id and e.event_id = any($2)
  ))`;

const findOne: Statement = {
  name: 'find_participant',
  text: `
    select ${columns} from attendance.participants p
    where organization_id = $1 and participant_id = $3 and ${isVisible}`,
};

// The patterns are made once, and not for each person.
const listNext: Statement = {
  name: 'list_participants',
  text: `
    select ${columns} from attendance.participants p
    where organization_id = $1 and ${isVisible}
      and participant_id > $3
      and ($4::text is null or plain_name like (select attendance.plain_pattern($4)) or lower(email) like (select lower($5))
        or external_id = $4)
    order by participant_id
    limit $6`,
};

interface ParticipantRow {
  participant_id: string;
  name: string;
  email: string;
  locale: string | null;
  external_id: string | null;
  created_at: Date;
}

/** The person with this id, or null. */
export async function findParticipant(
  db: Queryable,
  { organizationId, eventIds }: Visibility,
  participantId: string,
): Promise<ParticipantRecord | null> {
  const [row] = await db.query<ParticipantRow>(findOne, [organizationId, eventIds, participantId]);
  return row ? toParticipantRecord(row) : null;
}

/**
 * People in the order in which they became known. `search` is a part of a name or an e-mail address, in upper or lower
 * case and in names with or without marks, or a whole `externalId`.
 */
export async function listParticipants(
  db: Queryable,
  { organizationId, eventIds }: Visibility,
  { search, after, limit }: { search: string | null; after: string | null; limit: number },
): Promise<ParticipantRecord[]> {
  const rows = await db.query<ParticipantRow>(listNext, [
    organizationId,
    eventIds,
    after ?? LOWEST_ID,
    search,
    search === null ? null : containing(search),
    limit,
  ]);
  return rows.map(toParticipantRecord);
}

function toParticipantRecord(row: ParticipantRow): ParticipantRecord {
  return {
    id: row.participant_id,
    name: row.name,
    email: row.email,
    locale: row.locale,
    externalId: row.external_id,
    createdAt: row.created_at,
  };
}
