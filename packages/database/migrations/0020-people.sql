-- Erasure of a person. The participant's row stays, because verdicts refer to it, and names nobody from then on: the row
-- itself makes sure of that. What else named them is cleared after it, piece by piece; erasure_finished_at says that
-- nothing was left.
alter table attendance.participants
  add column erased_at timestamptz,
  add column erasure_finished_at timestamptz,
  add constraint participants_erased_first check (erased_at is not null or erasure_finished_at is null),
  add constraint participants_erased_is_nobody check (
    erased_at is null or (name = '(erased)' and email = '' and locale is null and external_id is null)
  );
drop index attendance.participants_email;
create unique index participants_email on attendance.participants (organization_id, lower(email))
  where external_id is null and erased_at is null;
create index participants_erasure_unfinished on attendance.participants (organization_id, participant_id)
  where erased_at is not null and erasure_finished_at is null;

-- What scanners read that is no ticket, until it is unreadable.
create index scans_unknown_code on attendance.scans (recorded_at)
  where enrollment_id is null and access_code not like '(erased) %';
create index reused_scans_unknown_code on attendance.reused_scans (recorded_at)
  where enrollment_id is null and access_code not like '(erased) %';

create or replace view attendance.contacts as
select e.organization_id, e.event_id, e.enrollment_id, p.name, p.email, p.locale, v.name as event_name,
  p.erased_at is not null as erased
from attendance.enrollments e
join attendance.participants p using (organization_id, participant_id)
join attendance.events v using (event_id);

grant update (erased_at, erasure_finished_at) on attendance.participants to turnout_admin;
grant update (access_code) on attendance.enrollments to turnout_admin;
grant update (annulment_reason) on attendance.check_ins to turnout_admin;
grant select, update (access_code, answer_body) on attendance.scans, attendance.reused_scans to turnout_admin;

-- What was or will be told to a person, for their export: nothing about webhooks, which tell other systems.
create view notifier.messages_to_people as
select d.organization_id, d.event_id, d.enrollment_id, d.delivery_id, d.channel, d.template, d.status, d.attempts,
  d.created_at, d.sent_at
from notifier.deliveries d
where d.endpoint_id is null;
grant usage on schema notifier to turnout_admin;
grant select on notifier.messages_to_people to turnout_admin;

-- Before which time nothing is remembered: neither of what was published, nor of what was received. Only these two
-- functions forget, the oldest first, and nothing that is young: what is remembered is the proof that each transition was
-- announced, and the reason why a message that comes again has no second effect.
create table outbox.forgotten (
  only_row boolean primary key default true check (only_row),
  before timestamptz not null
);
create table notifier.forgotten (
  only_row boolean primary key default true check (only_row),
  before timestamptz not null
);
grant select on outbox.forgotten to turnout_admin;
grant select on notifier.forgotten to turnout_notifier;

create function outbox.forget(forget_before timestamptz, at_most int) returns int
language plpgsql security definer set search_path = pg_catalog as $$
declare
  gone int;
begin
  if forget_before > clock_timestamp() - interval '30 days' then
    raise exception 'what was published is remembered for 30 days at least' using errcode = 'restrict_violation';
  end if;
  insert into outbox.forgotten as f (before) values (forget_before)
    on conflict (only_row) do update set before = excluded.before where f.before < excluded.before;
  with old as (
    select partition, batch_id
    from generate_series(0, 15) as partitions (number)
    cross join lateral (
      select partition, batch_id, published_at from outbox.published p
      where p.partition = partitions.number order by batch_id limit at_most
    ) first
    where published_at < forget_before
    limit at_most
  )
  delete from outbox.published p using old where p.partition = old.partition and p.batch_id = old.batch_id;
  get diagnostics gone = row_count;
  return gone;
end $$;
revoke all on function outbox.forget(timestamptz, int) from public;
grant execute on function outbox.forget(timestamptz, int) to turnout_admin;

-- Left are messages of which something is still pending, or lies among the dead letters.
create function notifier.forget(forget_before timestamptz, at_most int) returns int
language plpgsql security definer set search_path = pg_catalog as $$
declare
  old uuid[];
begin
  if forget_before > clock_timestamp() - interval '90 days' then
    raise exception 'what was received is remembered for 90 days at least' using errcode = 'restrict_violation';
  end if;
  insert into notifier.forgotten as f (before) values (forget_before)
    on conflict (only_row) do update set before = excluded.before where f.before < excluded.before;
  select array_agg(message_id) into old from (
    select i.message_id from notifier.inbox i
    where i.received_at < forget_before
      and not exists (
        select from notifier.deliveries d
        left join notifier.dead_letters l on l.source = 'delivery' and l.identity = d.delivery_id::text
        where d.message_id = i.message_id and (d.status = 'pending' or l.status = 'dead')
      )
    limit at_most
  ) received;
  delete from notifier.delivery_attempts a using notifier.deliveries d
    where d.message_id = any (old) and a.delivery_id = d.delivery_id;
  delete from notifier.deliveries where message_id = any (old);
  delete from notifier.webhook_bodies where message_id = any (old);
  delete from notifier.inbox where message_id = any (old);
  delete from notifier.alerts where closed_at < forget_before;
  return coalesce(cardinality(old), 0);
end $$;
revoke all on function notifier.forget(timestamptz, int) from public;
grant execute on function notifier.forget(timestamptz, int) to turnout_notifier;
create index inbox_by_age on notifier.inbox using brin (received_at);
create index dead_letters_with_content on notifier.dead_letters (died_at) where body is not null;
