import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { KnownPerson } from './identify-people.ts';

const insertParticipants: Statement = {
  name: 'insert_participants',
  text: `
    insert into attendance.participants (organization_id, participant_id, name, email, locale, external_id)
    select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])`,
};

const updateParticipants: Statement = {
  name: 'update_participants',
  text: `
    update attendance.participants p
    set name = u.name, email = u.email, locale = u.locale, external_id = u.external_id,
      changed_at = clock_timestamp()
    from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
      as u (participant_id, name, email, locale, external_id)
    where p.organization_id = $1 and p.participant_id = u.participant_id
      and (p.name, p.email, p.locale, p.external_id) is distinct from (u.name, u.email, u.locale, u.external_id)`,
};

/** Adds people. The transaction fails when one is there already, so lock their keys first. */
export function insertPeople(tx: Tx, organizationId: string, people: readonly KnownPerson[]): void {
  if (people.length > 0) tx.send(insertParticipants, [organizationId, ...columnsOf(people)]);
}

/** Expects the people to be locked. */
export function updatePeople(tx: Tx, organizationId: string, people: readonly KnownPerson[]): void {
  if (people.length > 0) tx.send(updateParticipants, [organizationId, ...columnsOf(people)]);
}

function columnsOf(people: readonly KnownPerson[]): (string | null)[][] {
  return [
    people.map(({ id }) => id),
    people.map(({ name }) => name),
    people.map(({ email }) => email),
    people.map(({ locale }) => locale),
    people.map(({ externalId }) => externalId),
  ];
}
