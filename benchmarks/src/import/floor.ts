import type { Db } from '@turnout/runtime/postgres';

export interface Person {
  name: string;
  email: string;
  accessCode: string;
  externalId: string;
}

// The keys are made as they come, as those of the service are: random ones would cost the indexes more.
const importPeople = `
  with sent as materialized (
    select row_number() over () as number, s.* from unnest($3::text[], $4::text[], $5::text[], $6::text[])
      as s (name, email, access_code, external_id)
  ), keyed as materialized (
    select sent.*, lpad(to_hex(number), 12, '0') as tail, left(md5($2::uuid::text), 8) as head from sent
  ), people as (
    insert into attendance.participants (organization_id, participant_id, name, email, external_id)
    select $1::uuid, (head || '-0000-7000-8000-' || tail)::uuid, name, email, external_id from keyed
    returning participant_id
  ), enrolled as (
    insert into attendance.enrollments (event_id, enrollment_id, organization_id, participant_id, status, access_code)
    select $2::uuid, (head || '-0000-7000-8001-' || tail)::uuid, $1::uuid, (head || '-0000-7000-8000-' || tail)::uuid, 'confirmed', access_code
    from keyed
  )
  insert into attendance.transitions
    (event_id, enrollment_id, version, transition_id, organization_id, to_status, triggered_by, actor, reason, at, cause)
  select $2::uuid, (head || '-0000-7000-8001-' || tail)::uuid, 1, (head || '-0000-7000-8002-' || tail)::uuid, $1::uuid, 'confirmed', 'admin',
    '{"type":"system","id":"bench"}', 'enrolled', clock_timestamp(), 'bench'
  from keyed`;

/** Writes what an import of these people writes; answers the seconds it took. */
export async function importByStatement(
  db: Db,
  { organizationId, eventId }: { organizationId: string; eventId: string },
  people: readonly Person[],
): Promise<number> {
  const began = performance.now();
  await db.query(importPeople, [
    organizationId,
    eventId,
    people.map(({ name }) => name),
    people.map(({ email }) => email),
    people.map(({ accessCode }) => accessCode),
    people.map(({ externalId }) => externalId),
  ]);
  return (performance.now() - began) / 1000;
}
