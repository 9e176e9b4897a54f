-- The days or the requirement of a closed event were changed: everybody whom the rule has decided is judged again, in the
-- order of enrollment ids. How far that is moves with each batch, in its transaction, so nobody is left out and nobody is
-- judged twice. A later change takes over and begins from the start.
create table attendance.corrections (
  event_id uuid not null references attendance.events,
  correction_id uuid not null,
  organization_id uuid not null,
  reason text not null,
  -- Who changed the event, by which request, and the trace that what is announced continues.
  actor jsonb not null,
  cause text not null,
  trace jsonb not null default '{}',
  requested_at timestamptz not null default clock_timestamp(),
  -- Everybody up to this enrollment has been judged again.
  judged_up_to uuid not null default '00000000-0000-0000-0000-000000000000',
  -- How many have become which.
  attended int not null default 0,
  no_show int not null default 0,
  error text,
  finished_at timestamptz,
  overtaken_by uuid,
  primary key (event_id, correction_id),
  constraint corrections_overtaken check (overtaken_by is null or finished_at is not null)
);
create unique index corrections_open on attendance.corrections (event_id) where finished_at is null;

grant select, insert on attendance.corrections to turnout_admin;
grant update (finished_at, overtaken_by) on attendance.corrections to turnout_admin;
grant select on attendance.corrections to turnout_closure;
grant update (judged_up_to, attended, no_show, error, finished_at) on attendance.corrections to turnout_closure;

create index closure_runs_of_organization on attendance.closure_runs (organization_id, run_id);

-- Whether this message makes no mail to the participant, because the organization did not want any when it came.
alter table notifier.inbox add column unwanted boolean not null default false;

-- A mail to an organization about an event as a whole is about nobody's enrollment.
alter table notifier.deliveries
  drop constraint deliveries_destination,
  add constraint deliveries_destination check (
    case channel
      when 'webhook' then endpoint_id is not null and template is null
      else endpoint_id is null and template is not null and (enrollment_id is not null or template = 'event-closed')
    end
  );
