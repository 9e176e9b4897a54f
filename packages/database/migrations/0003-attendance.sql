-- Did they attend? Events, the people in them, the evidence, the verdicts and their history.
create schema attendance;

create table attendance.events (
  event_id uuid primary key,
  organization_id uuid not null references access.organizations,
  name text not null,
  time_zone text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  day_boundary text not null default '00:00' check (day_boundary ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  requirement_type text not null,
  requirement_days int,
  closure_grace_minutes int not null default 0 check (closure_grace_minutes >= 0),
  reentry text not null default 'allowed' check (reentry in ('allowed', 'once_per_day', 'once')),
  admission_opens_at timestamptz,
  -- Raised by the first statement of every closure run; a run that finds another value has been overtaken.
  closure_epoch bigint not null default 0,
  -- The epoch of the last run that finished. Differs from closure_epoch while a run is under way or was cut off.
  closed_epoch bigint not null default 0,
  closed_at timestamptz,
  cancelled_at timestamptz,
  cancellation_reason text,
  created_at timestamptz not null default clock_timestamp(),
  constraint events_end_after_start check (ends_at > starts_at),
  constraint events_requirement_shape check (
    (requirement_type in ('all_days', 'any_day') and requirement_days is null)
    or (requirement_type = 'minimum_days' and requirement_days is not null and requirement_days between 1 and 366)
  ),
  constraint events_cancelled_with_reason check ((cancelled_at is null) = (cancellation_reason is null)),
  constraint events_epochs check (closed_epoch <= closure_epoch)
);
create index events_of_organization on attendance.events (organization_id, event_id);
create index events_by_end on attendance.events (ends_at) where cancelled_at is null;

create table attendance.participants (
  organization_id uuid not null references access.organizations,
  participant_id uuid not null,
  name text not null,
  email text not null,
  locale text,
  external_id text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (organization_id, participant_id)
);
-- A person is known by the organization's own id for them or, without one, by e-mail address.
create unique index participants_external_id on attendance.participants (organization_id, external_id)
  where external_id is not null;
create unique index participants_email on attendance.participants (organization_id, lower(email))
  where external_id is null;
create index participants_any_email on attendance.participants (organization_id, lower(email));

create table attendance.enrollments (
  event_id uuid not null references attendance.events,
  enrollment_id uuid not null,
  organization_id uuid not null,
  participant_id uuid not null,
  status text not null check (status in ('confirmed', 'checked_in', 'attended', 'no_show', 'cancelled')),
  version int not null default 1 check (version >= 1),
  access_code text not null,
  ticket_type text,
  attended_at timestamptz,
  verdict_by text check (verdict_by in ('rule', 'override')),
  created_at timestamptz not null default clock_timestamp(),
  primary key (event_id, enrollment_id),
  constraint enrollments_access_code unique (event_id, access_code),
  constraint enrollments_participant unique (event_id, participant_id),
  foreign key (organization_id, participant_id) references attendance.participants,
  constraint enrollments_attended_at check ((status = 'attended') = (attended_at is not null)),
  constraint enrollments_verdict_by check ((status in ('attended', 'no_show')) = (verdict_by is not null))
) with (fillfactor = 85);
create index enrollments_id on attendance.enrollments (enrollment_id);
create index enrollments_undecided on attendance.enrollments (event_id, enrollment_id)
  where status in ('confirmed', 'checked_in');
create index enrollments_of_participant on attendance.enrollments (organization_id, participant_id);

create table attendance.check_ins (
  event_id uuid not null,
  check_in_id uuid not null,
  enrollment_id uuid not null,
  day date not null,
  scanned_at timestamptz not null,
  recorded_at timestamptz not null,
  station text,
  direction text not null check (direction in ('entry', 'exit')),
  source text not null check (source in ('scan', 'override')),
  -- The token of the device or admin that recorded it.
  device_id uuid not null,
  scan_id uuid,
  annulled_at timestamptz,
  -- Who annulled it, and by which request.
  annulled_by jsonb,
  annulment_reason text,
  primary key (event_id, check_in_id),
  foreign key (event_id, enrollment_id) references attendance.enrollments,
  constraint check_ins_scan unique (event_id, scan_id),
  constraint check_ins_source check ((source = 'scan') = (scan_id is not null)),
  constraint check_ins_override_is_entry check (source = 'scan' or direction = 'entry'),
  constraint check_ins_annulment check (
    (annulled_at is null and annulled_by is null and annulment_reason is null)
    or (annulled_at is not null and annulled_by is not null and annulment_reason is not null)
  )
);
create index check_ins_of_enrollment on attendance.check_ins (event_id, enrollment_id);

-- Every attempt to check in, accepted or refused, with the answer it was given. A repeated scanId is answered from here.
create table attendance.scans (
  event_id uuid not null references attendance.events,
  scan_id uuid not null,
  enrollment_id uuid,
  -- What the scan named: exactly one of the two, as it was sent.
  access_code text,
  named_enrollment_id uuid,
  refusal text,
  answer_status smallint not null,
  -- json, not jsonb: the stored text is the answer, to the byte.
  answer_body json not null,
  scanned_at timestamptz not null,
  recorded_at timestamptz not null,
  station text,
  direction text not null check (direction in ('entry', 'exit')),
  device_id uuid not null,
  -- The request that brought it.
  cause text not null,
  primary key (event_id, scan_id),
  constraint scans_names_one_ticket check (num_nonnulls(access_code, named_enrollment_id) = 1),
  constraint scans_accepted_has_enrollment check (refusal is not null or enrollment_id is not null)
);
create index scans_of_enrollment on attendance.scans (event_id, enrollment_id);

-- The audit trail. Each row is one change of status; nothing here is ever edited or removed.
create table attendance.transitions (
  event_id uuid not null,
  enrollment_id uuid not null,
  version int not null check (version >= 1),
  transition_id uuid not null,
  organization_id uuid not null,
  from_status text,
  to_status text not null,
  triggered_by text not null check (triggered_by in ('system', 'front_desk', 'admin', 'participant')),
  actor jsonb not null,
  reason text not null,
  evidence jsonb,
  at timestamptz not null,
  -- The request or closure run that caused it.
  cause text not null,
  -- The public event that announces it; null where the contract announces nothing.
  message_id uuid,
  primary key (event_id, enrollment_id, version),
  foreign key (event_id, enrollment_id) references attendance.enrollments,
  constraint transitions_id unique (event_id, transition_id),
  constraint transitions_first_row check ((version = 1) = (from_status is null)),
  constraint transitions_statuses check (
    to_status in ('confirmed', 'checked_in', 'attended', 'no_show', 'cancelled')
    and from_status in ('confirmed', 'checked_in', 'attended', 'no_show', 'cancelled')
  )
);

create index transitions_in_order on attendance.transitions (event_id, at, transition_id);

create function attendance.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit rows are never changed or removed' using errcode = 'integrity_constraint_violation';
end $$;
create trigger transitions_are_final before update or delete on attendance.transitions
  for each row execute function attendance.refuse_change();
create trigger transitions_are_not_truncated before truncate on attendance.transitions
  for each statement execute function attendance.refuse_change();

create table attendance.closure_runs (
  event_id uuid not null references attendance.events,
  run_id uuid not null,
  organization_id uuid not null,
  trigger text not null check (trigger in ('schedule', 'command', 'request')),
  status text not null check (status in ('running', 'succeeded', 'failed')),
  epoch bigint not null,
  attempts int not null default 1 check (attempts >= 1),
  attended int not null default 0,
  no_show int not null default 0,
  error text,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (event_id, run_id),
  constraint closure_runs_finished check ((status = 'running') = (finished_at is null)),
  constraint closure_runs_error check ((status = 'failed') = (error is not null))
);
create unique index closure_runs_id on attendance.closure_runs (run_id);

-- What the notifier may know of a person.
create view attendance.contacts as
  select e.organization_id, e.event_id, e.enrollment_id, p.name, p.email, p.locale, v.name as event_name
  from attendance.enrollments e
  join attendance.participants p using (organization_id, participant_id)
  join attendance.events v using (event_id);
