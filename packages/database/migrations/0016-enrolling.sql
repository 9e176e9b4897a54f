-- An import that was done, under the id that its client gave it: sent again it is answered, and not done again.
create table attendance.imports (
  event_id uuid not null references attendance.events,
  import_id uuid not null,
  organization_id uuid not null,
  -- Of the file, so that another file under the same id is told apart.
  digest bytea not null check (length(digest) = 32),
  created int not null check (created >= 0),
  at timestamptz not null,
  primary key (event_id, import_id)
);
grant select, insert on attendance.imports to turnout_admin;

-- Codes that enrollments had before they were given another. They stay void: a badge that is lost opens no door again,
-- and devices without a network hear of it.
create table attendance.withdrawn_codes (
  event_id uuid not null,
  access_code text not null,
  enrollment_id uuid not null,
  withdrawn_at timestamptz not null,
  primary key (event_id, access_code),
  foreign key (event_id, enrollment_id) references attendance.enrollments
);
create index withdrawn_codes_by_time on attendance.withdrawn_codes (event_id, withdrawn_at);
grant select, insert on attendance.withdrawn_codes to turnout_admin;
grant select on attendance.withdrawn_codes to turnout_checkin;

-- When what the badge says was last changed; null where it never was.
alter table attendance.enrollments add column changed_at timestamptz;
create index enrollments_by_change on attendance.enrollments (event_id, changed_at) where changed_at is not null;
grant update (access_code, ticket_type, changed_at) on attendance.enrollments to turnout_admin;
