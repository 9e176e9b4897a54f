import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';

/** The days on which each seeded event ran. */
export const DAYS = ['2026-05-01', '2026-05-02', '2026-05-03'] as const;

/** Of ten people seven come on all three days, two on two, and one never: 25 check-ins. All three are required. */
export const ATTENDED_SHARE = 0.7;
export const CHECK_INS_EACH = 2.5;

/** Ids as newId makes them, so that rows lie in the order in which they were made: `bench.v7(i)`. */
const makeIds = `
  create or replace function bench.v7(i bigint) returns uuid language sql volatile as $$
    select (lpad(to_hex((extract(epoch from transaction_timestamp()) * 1000)::bigint + i / 4096), 12, '0') || '7'
      || lpad(to_hex(i % 4096), 3, '0') || '8' || substr(md5(random()::text), 1, 15))::uuid
  $$`;

const insertEvents = `
  insert into attendance.events (event_id, organization_id, name, time_zone, starts_at, ends_at, requirement_type)
  select event_id, $2, 'Benchmark', 'Europe/Berlin', '2026-05-01 09:00+02', $3, 'all_days'
  from unnest($1::uuid[]) event_id`;

const insertParticipants = `
  insert into attendance.participants (organization_id, participant_id, name, email)
  select $1, bench.v7(i), 'Person ' || i, i || '@' || $2::uuid || '.example'
  from generate_series(0, $3::bigint - 1) i
  returning participant_id`;

const insertEnrollments = `
  insert into attendance.enrollments
    (event_id, enrollment_id, organization_id, participant_id, status, version, access_code)
  select ($1::uuid[])[1 + place / $4], bench.v7(place), $2, participant_id,
    case when place % 10 = 9 then 'confirmed' else 'checked_in' end,
    case when place % 10 = 9 then 1 else 2 end, replace(gen_random_uuid()::text, '-', '')
  from unnest($3::uuid[]) with ordinality as people (participant_id, position)
  cross join lateral (select position - 1 as place) placed`;

const insertTransitions = `
  insert into attendance.transitions
    (event_id, enrollment_id, version, transition_id, organization_id, from_status, to_status, triggered_by, actor,
     reason, at, cause)
  select event_id, enrollment_id, v, bench.v7((row_number() over ()) * 2 + v), organization_id,
    case when v = 2 then 'confirmed' end, case when v = 2 then 'checked_in' else 'confirmed' end, 'admin',
    '{"type":"system","id":"bench"}', case when v = 2 then 'first_check_in' else 'enrolled' end, now(), 'bench'
  from attendance.enrollments cross join lateral generate_series(1, version) v
  where event_id = any ($1)`;

const insertCheckIns = `
  insert into attendance.check_ins
    (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, station, direction, source, device_id, scan_id)
  select event_id, bench.v7(row_number() over (order by day, shuffled)), enrollment_id, day, day + time '10:00', day + time '10:00',
    'Door A', 'entry', 'scan', $3, gen_random_uuid()
  from (
    select event_id, enrollment_id, d.day, random() as shuffled
    from (
      select event_id, enrollment_id, row_number() over (partition by event_id order by enrollment_id) - 1 as place
      from attendance.enrollments where event_id = any ($1)
    ) people
    cross join unnest($2::date[]) with ordinality as d (day, number)
    where place % 10 < 7 or (place % 10 < 9 and number < 3)
  ) scans
  order by day, shuffled`;

/**
 * So many events that are over, with so many people each, and nobody judged yet. `endsAt` may keep them from being due.
 */
export async function seedEndedEvents(
  db: Db,
  organizationId: string,
  { events, people, endsAt = '2026-05-03 18:00+02' }: { events: number; people: number; endsAt?: string },
): Promise<string[]> {
  const eventIds = Array.from({ length: events }, () => newId());
  await db.query('create schema if not exists bench');
  await db.query(makeIds);
  await db.transaction(async (tx) => {
    await tx.query(insertEvents, [eventIds, organizationId, endsAt]);
    const participants = await tx.query<{ participant_id: string }>(insertParticipants, [
      organizationId,
      eventIds[0],
      events * people,
    ]);
    const participantIds = participants.map(({ participant_id }) => participant_id);
    await tx.query(insertEnrollments, [eventIds, organizationId, participantIds, people]);
    await tx.query(insertTransitions, [eventIds]);
    await tx.query(insertCheckIns, [eventIds, DAYS, newId()]);
  });
  return eventIds;
}

/** Nothing left to write for a checkpoint, and nothing left to clear away for a vacuum. */
export async function settle(db: Db): Promise<void> {
  await db.query('truncate outbox.messages, outbox.published');
  await db.query('vacuum analyze');
  await db.query('checkpoint');
}

/** @throws Error unless everyone of the event has the verdict that the seed calls for, told and audited once */
export async function requireVerdicts(db: Db, eventId: string, people: number): Promise<void> {
  const [found] = await db.query<Record<'attended' | 'no_show' | 'audited' | 'told', number>>(
    `select count(*) filter (where status = 'attended') as attended, count(*) filter (where status = 'no_show') as no_show,
       (select count(*) from attendance.transitions t
        where t.event_id = $1 and t.triggered_by = 'system' and t.message_id is not null) as audited,
       (select count(*) from attendance.transitions t
        join (
          select message_id from outbox.messages union all select unnest(message_ids) from outbox.published
        ) m using (message_id)
        where t.event_id = $1 and t.triggered_by = 'system') as told
     from attendance.enrollments where event_id = $1`,
    [eventId],
  );
  const attended = people * ATTENDED_SHARE;
  const right =
    found?.attended === attended &&
    found.no_show === people - attended &&
    found.audited === people &&
    found.told === people;
  if (!right) throw new Error(`an event was closed wrongly: ${JSON.stringify(found)}`);
}
