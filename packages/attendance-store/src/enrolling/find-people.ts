import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { KnownPerson } from './identify-people.ts';

const people = `
  select participant_id, name, email, lower(email) as email_key, locale, external_id,
    $4::uuid[] is not null and exists (
      select from attendance.enrollments e
      where e.organization_id = $1 and e.participant_id = p.participant_id and e.event_id <> all ($4)
    ) as out_of_reach
  from attendance.participants p
  where organization_id = $1 and (lower(email) = any($2::text[]) or external_id = any($3::text[]))
  order by participant_id`;

const findPeopleStatement: Statement = { name: 'find_people', text: people };

const findPeopleToChange: Statement = {
  name: 'find_people_to_change',
  text: `${people} for no key update of p`,
};

export interface PeopleSought {
  organizationId: string;
  emailKeys: readonly string[];
  externalIds: readonly string[];
  /** The events within reach; null for all of the organization. */
  eventIds: readonly string[] | null;
  /** Whether they are held as they are until the commit. */
  held: boolean;
}

/** Everybody of the organization with one of the addresses or external ids. */
export async function findPeople(
  tx: Tx,
  { organizationId, emailKeys, externalIds, eventIds, held }: PeopleSought,
): Promise<KnownPerson[]> {
  if (emailKeys.length + externalIds.length === 0) return [];
  const rows = await tx.query<PersonRow>(held ? findPeopleToChange : findPeopleStatement, [
    organizationId,
    emailKeys,
    externalIds,
    eventIds,
  ]);
  return rows.map((row) => ({
    id: row.participant_id,
    name: row.name,
    email: row.email,
    emailKey: row.email_key,
    locale: row.locale,
    externalId: row.external_id,
    outOfReach: row.out_of_reach,
  }));
}

interface PersonRow {
  participant_id: string;
  name: string;
  email: string;
  email_key: string;
  locale: string | null;
  external_id: string | null;
  out_of_reach: boolean;
}
