-- What an organization wants by default. An organization without a row wants what the defaults here say.
create table access.settings (
  organization_id uuid primary key references access.organizations,
  requirement_type text,
  requirement_days int,
  closure_grace_minutes int not null default 0 check (closure_grace_minutes >= 0),
  reentry text not null default 'allowed' check (reentry in ('allowed', 'once_per_day', 'once')),
  -- Whether people hear that they attended, and the organization's alert address that an event was closed.
  notify_participants boolean not null default true,
  notify_organizers boolean not null default false,
  -- Days after the end of a person's last event when their personal data is erased; null keeps it.
  retention_days int check (retention_days between 1 and 36500),
  changed_at timestamptz not null default clock_timestamp(),
  constraint settings_requirement_shape check (
    (requirement_type is null and requirement_days is null)
    or (requirement_type in ('all_days', 'any_day') and requirement_days is null)
    or (requirement_type = 'minimum_days' and requirement_days is not null and requirement_days between 1 and 366)
  )
);
grant select on access.settings to turnout_admin, turnout_closure, turnout_notifier;
grant insert, update on access.settings to turnout_admin;
