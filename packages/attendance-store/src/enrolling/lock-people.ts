import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { KnownPerson } from './identify-people.ts';

const lockIdentities: Statement = {
  name: 'lock_identities',
  text: `
    with person as (
      select position, lower(email) as email_key, external_id
      from unnest($2::text[], $3::text[]) with ordinality as sent (email, external_id, position)
    ), identity as (
      select hashtextextended('turnout.participant.email ' || $1 || ' ' || email_key, 0) as hash from person
      union
      select hashtextextended('turnout.participant.external ' || $1 || ' ' || external_id, 0) from person
      where external_id is not null
    ), locked as materialized (
      select pg_advisory_xact_lock(hash) from (select hash from identity order by hash) hashes
    )
    select email_key from person where (select count(*) from locked) > 0 order by position`,
};

const findPeople: Statement = {
  name: 'find_people',
  text: `
    select participant_id, name, email, lower(email) as email_key, locale, external_id
    from attendance.participants
    where organization_id = $1 and (lower(email) = any($2::text[]) or external_id = any($3::text[]))
    order by participant_id
    for no key update`,
};

/**
 * Makes sure that nobody else finds, makes or changes these people until the commit, and answers those who are known.
 *
 * People who are not there yet have no row to lock: what is locked first is each e-mail address and external id, in one
 * order everywhere.
 *
 * @returns `emailKeys`: the addresses as the database compares them, in the order given; `known`: everyone with one of
 * the addresses or ids
 */
export async function lockPeople(
  tx: Tx,
  organizationId: string,
  people: readonly { email: string; externalId: string | null }[],
): Promise<{ emailKeys: string[]; known: KnownPerson[] }> {
  const externalIds = people.map(({ externalId }) => externalId);
  const sent = await tx.query<{ email_key: string }>(lockIdentities, [
    organizationId,
    people.map(({ email }) => email),
    externalIds,
  ]);
  const emailKeys = sent.map(({ email_key }) => email_key);
  const rows = await tx.query<PersonRow>(findPeople, [organizationId, emailKeys, externalIds]);
  return {
    emailKeys,
    known: rows.map((row) => ({
      id: row.participant_id,
      name: row.name,
      email: row.email,
      emailKey: row.email_key,
      locale: row.locale,
      externalId: row.external_id,
    })),
  };
}

interface PersonRow {
  participant_id: string;
  name: string;
  email: string;
  email_key: string;
  locale: string | null;
  external_id: string | null;
}
