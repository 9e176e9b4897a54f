-- Each audit row gets a place in a chain of its organization, so that one which is changed, removed or put in by hand is found.
create schema audit;

-- The transaction that wrote the row; null for rows that are older than the chain. Sealing looks for rows by it, because
-- ids and times are taken before the commit and transactions end in any order. Two steps, so that no table is rewritten.
alter table attendance.transitions add column xid xid8;
alter table attendance.transitions alter column xid set default pg_current_xact_id();
create index transitions_by_transaction on attendance.transitions (xid);
alter table access.actions add column xid xid8;
alter table access.actions alter column xid set default pg_current_xact_id();
create index actions_by_transaction on access.actions (xid);
create index actions_in_order on access.actions (organization_id, at, action_id);

-- Some rows of one organization, sealed together. The hash is that of the seal before and of the content, so none of them
-- can be changed without changing all that come after it.
create table audit.seals (
  organization_id uuid not null references access.organizations,
  number bigint not null check (number >= 1),
  -- sha256 of '<hash of the seal before, in hex>\n<content>'; the first takes the id of the organization instead of a hash.
  hash bytea not null check (length(hash) = 32),
  -- The rows as they were, one JSON object in each line.
  content text not null,
  ids uuid[] not null check (cardinality(ids) > 0),
  -- Found without a seal when sealing began in this cluster: rows older than the chain, or restored from a dump.
  gathered boolean not null,
  sealed_at timestamptz not null default clock_timestamp(),
  primary key (organization_id, number)
);
create index seals_by_hash on audit.seals (hash);

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'seals are never changed or removed' using errcode = 'restrict_violation';
end $$;
create trigger seals_are_final before update or delete on audit.seals
  for each row execute function audit.refuse_change();
create trigger seals_are_not_truncated before truncate on audit.seals
  for each statement execute function audit.refuse_change();

-- How far sealing is. Transactions are numbered by the cluster: in another one, after a restore, sealing begins anew.
create table audit.progress (
  one boolean primary key default true check (one),
  system_identifier bigint,
  last_xid xid8 not null default '0',
  last_id uuid not null default '00000000-0000-0000-0000-000000000000'
);
insert into audit.progress default values;

-- In which events somebody has acted: what an actor did is looked up there, and costs those who do it no index.
create table audit.actors (
  organization_id uuid not null,
  actor_id text not null,
  event_id uuid not null,
  primary key (organization_id, actor_id, event_id)
);

grant usage on schema audit to turnout_admin;
grant select, insert on audit.seals, audit.actors to turnout_admin;
grant select, update on audit.progress to turnout_admin;

-- What was to be told about an enrollment and became of it, as support may know it: never to which address.
create view notifier.enrollment_deliveries as
  select d.organization_id, d.event_id, d.enrollment_id, d.delivery_id, d.message_id, i.type, i.received_at, d.channel,
    d.template, d.status, d.attempts, d.last_error is not null as has_failed, d.created_at, d.sent_at
  from notifier.deliveries d
  join notifier.inbox i using (message_id)
  where d.enrollment_id is not null;
grant usage on schema notifier to turnout_admin;
grant select on notifier.enrollment_deliveries to turnout_admin;

-- Attempts of an enrollment that were refused, for the same: what was held in front of the scanner stays at the door.
create view attendance.enrollment_refusals as
  select event_id, enrollment_id, scan_id, kind, refusal, scanned_at, recorded_at, station, direction, device_id,
    device_decision, cause
  from attendance.refused_scans
  where enrollment_id is not null;
grant select on attendance.enrollment_refusals to turnout_admin;

-- And which messages were put aside.
grant select on outbox.put_aside to turnout_admin;
