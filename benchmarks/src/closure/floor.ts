/**
 * The floor: one statement that a database developer writes by hand for this very event and this very rule. It writes
 * what closing writes: statuses and versions, audit rows with their evidence, messages with their bodies, in commit
 * order under the same advisory lock. All of it is one transaction, however large the event.
 */
import type { Db } from '@turnout/runtime/postgres';
import { DAYS } from './seed.ts';

const closeEvent = `
  with locked as materialized (
    select pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))
  ), days as (
    select enrollment_id, array_agg(distinct day order by day) as present
    from attendance.check_ins
    where event_id = $1 and direction = 'entry' and annulled_at is null and day = any ($2::date[])
    group by enrollment_id
  ), judged as materialized (
    select e.event_id, e.enrollment_id, e.organization_id, e.participant_id, e.status as from_status, e.version + 1 as version,
      coalesce(d.present, '{}') as present, verdict.*, bench.v7(row_number() over ()) as transition_id,
      bench.v7(row_number() over ()) as message_id, clock.now
    from (select clock_timestamp() as now) clock
    cross join attendance.enrollments e
    left join days d using (enrollment_id)
    cross join lateral (
      select e.status = 'checked_in' and coalesce(cardinality(d.present), 0) >= cardinality($2::date[]) as met
    ) rule
    cross join lateral (
      select case when met then 'attended' else 'no_show' end as to_status,
        case when met then 'requirement_met' when e.status = 'confirmed' then 'never_checked_in' else 'requirement_not_met' end
          as reason
    ) verdict
    where e.event_id = $1 and e.undecided and (select count(*) from locked) > 0
  ), moved as (
    update attendance.enrollments e
    set status = j.to_status, version = j.version, verdict_by = 'rule',
      attended_at = case when j.to_status = 'attended' then j.now end
    from judged j
    where e.event_id = $1 and e.enrollment_id = j.enrollment_id and e.version = j.version - 1
  ), audited as (
    insert into attendance.transitions
      (event_id, enrollment_id, version, transition_id, organization_id, from_status, to_status, triggered_by, actor,
       reason, evidence, at, cause, message_id)
    select event_id, enrollment_id, version, transition_id, organization_id, from_status, to_status, 'system',
      '{"type":"system","id":"closure"}', reason,
      jsonb_build_object('daysPresent', present, 'required', cardinality($2::date[]), 'rule', 'all_days'), now, $3,
      message_id
    from judged
  )
  insert into outbox.messages (message_id, partition, partition_key, routing_key, content_type, headers, body)
  select message_id, abs(hashtextextended($1::uuid::text, 0) % 16), $1::uuid, type, 'application/cloudevents+json',
    jsonb_build_object('traceparent', $4::text),
    json_build_object(
      'specversion', '1.0', 'id', message_id, 'type', type, 'source', '/organizations/' || organization_id || '/events/' || $1::uuid,
      'subject', enrollment_id, 'time', now, 'datacontenttype', 'application/json', 'dataschema', 'urn:turnout:schema:' || type,
      'sequence', version, 'partitionkey', $1::uuid, 'traceparent', $4::text,
      'data', json_build_object(
        'eventId', $1::uuid, 'enrollmentId', enrollment_id, 'participantId', participant_id, 'attendedAt', now,
        'triggeredBy', 'system', 'reason', reason, 'corrects', null,
        'evidence', json_build_object('daysPresent', present, 'required', cardinality($2::date[]), 'rule', 'all_days')
      )
    )::text
  from judged
  cross join lateral (
    select case when to_status = 'attended' then 'turnout.participant.attended.v1' else 'turnout.participant.no-show.v1' end
      as type
  ) announced`;

/** Closes an event with the one statement; answers the seconds it took. */
export async function closeByStatement(db: Db, eventId: string): Promise<number> {
  const began = performance.now();
  await db.query(closeEvent, [eventId, DAYS, eventId, `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-00`]);
  return (performance.now() - began) / 1000;
}
