-- What people and commands did to everything that is not an enrollment's status: events, tokens, settings, and the rest.
-- Written in the transaction that does it, and like the transitions never changed afterwards. No personal data.
create table access.actions (
  organization_id uuid not null references access.organizations,
  action_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  action text not null,
  actor jsonb not null,
  event_id uuid,
  subject_id uuid,
  reason text,
  details jsonb not null default '{}',
  cause text not null,
  primary key (organization_id, action_id)
);
create index actions_of_event on access.actions (event_id, action_id) where event_id is not null;

create function access.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'actions are never changed or deleted' using errcode = 'restrict_violation';
end $$;
create trigger actions_are_final before update or delete on access.actions
  for each row execute function access.refuse_change();
create trigger actions_are_not_truncated before truncate on access.actions
  for each statement execute function access.refuse_change();

grant select on access.actions to turnout_admin;
grant insert on access.actions to turnout_checkin, turnout_closure, turnout_admin, turnout_notifier;
