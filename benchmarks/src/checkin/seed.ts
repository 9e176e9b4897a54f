import { ensureOrganization, issueToken } from '@turnout/access/issue-token';
import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';

const HOUR = 3_600_000;

/** An organization and the token of one of its devices. */
export async function seedOrganization(db: Db): Promise<{ organizationId: string; token: string }> {
  const organizationId = await ensureOrganization(db, 'bench');
  const grant = {
    organizationId,
    role: 'front_desk',
    label: 'bench',
    eventIds: null,
    station: null,
    expiresAt: null,
  } as const;
  const { token } = await issueToken(db, grant);
  return { organizationId, token };
}

/** A new event that runs now, and the access codes of the people enrolled in it. */
export async function seedEvent(
  db: Db,
  organizationId: string,
  people: number,
): Promise<{ eventId: string; codes: string[] }> {
  const eventId = newId();
  await db.query(
    `insert into attendance.events (event_id, organization_id, name, time_zone, starts_at, ends_at, requirement_type)
     values ($1, $2, 'Benchmark', 'Europe/Berlin', $3, $4, 'any_day')`,
    [eventId, organizationId, new Date(Date.now() - HOUR), new Date(Date.now() + 24 * HOUR)],
  );
  const rows = await db.query<{ access_code: string }>(
    `with people as (
       insert into attendance.participants (organization_id, participant_id, name, email)
       select $2, gen_random_uuid(), 'Person ' || i, i || '@' || $1 || '.example'
       from generate_series(1, $3::int) i
       returning participant_id
     ), enrolled as (
       insert into attendance.enrollments (event_id, enrollment_id, organization_id, participant_id, status, access_code)
       select $1::uuid, gen_random_uuid(), $2, participant_id, 'confirmed', replace(gen_random_uuid()::text, '-', '')
       from people
       returning event_id, enrollment_id, organization_id, access_code
     ), audited as (
       insert into attendance.transitions
         (event_id, enrollment_id, version, transition_id, organization_id, to_status, triggered_by, actor, reason, at, cause)
       select event_id, enrollment_id, 1, gen_random_uuid(), organization_id, 'confirmed', 'admin',
         '{"type":"system","id":"bench"}', 'enrolled', now(), 'bench'
       from enrolled
     )
     select access_code from enrolled`,
    [eventId, organizationId, people],
  );
  return { eventId, codes: rows.map(({ access_code }) => access_code) };
}
