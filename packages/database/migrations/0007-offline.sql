-- Devices that work without a network: what they decided by themselves, what they still hold, what they know.

-- A scan that reused the scanId of another ticket or request. attendance.scans has one row for each scanId, which keeps
-- its first answer; this keeps the attempt.
create table attendance.reused_scans (
  like attendance.scans including defaults including constraints,
  reused_scan_id uuid not null,
  primary key (event_id, reused_scan_id)
);

alter table attendance.scans
  -- What the device did with the person while it could not ask.
  add column device_decision text check (device_decision in ('admitted', 'turned_away'));
alter table attendance.reused_scans
  add column device_decision text check (device_decision in ('admitted', 'turned_away'));

create view attendance.refused_scans as
  select event_id, scan_id as refused_scan_id, scan_id, enrollment_id, access_code, named_enrollment_id, refusal, scanned_at,
    recorded_at, station, direction, device_id, cause, kind, line_item_id, product_id, device_decision
  from attendance.scans where refusal is not null
  union all
  select event_id, reused_scan_id, scan_id, enrollment_id, access_code, named_enrollment_id, refusal, scanned_at,
    recorded_at, station, direction, device_id, cause, kind, line_item_id, product_id, device_decision
  from attendance.reused_scans;

-- In the order of recording, for lists and for the live view.
create index scans_in_order on attendance.scans (event_id, recorded_at);
create index scans_refused on attendance.scans (event_id, recorded_at, scan_id) where refusal is not null;
create index scans_discrepant on attendance.scans (event_id, recorded_at, scan_id)
  where (device_decision = 'admitted' and refusal is not null)
    or (device_decision = 'turned_away' and refusal is null);
create index reused_scans_in_order on attendance.reused_scans (event_id, recorded_at, reused_scan_id);

-- A check-in whose person the device had sent away: evidence that they came, but nobody who is inside.
alter table attendance.check_ins add column turned_away boolean not null default false;
create index check_ins_by_annulment on attendance.check_ins (event_id, annulled_at) where annulled_at is not null;

-- How far each device has reported its scans. Null: it holds none that it has not uploaded.
create table attendance.device_watermarks (
  event_id uuid not null references attendance.events,
  device_id uuid not null,
  pending_before timestamptz,
  reported_at timestamptz not null,
  primary key (event_id, device_id)
);

alter table attendance.events
  add column device_grace_minutes int not null default 0 check (device_grace_minutes >= 0);

-- When a person's name changed, for devices that keep it.
alter table attendance.participants add column changed_at timestamptz not null default clock_timestamp();
create index participants_by_change on attendance.participants (organization_id, changed_at);

grant select on attendance.reused_scans, attendance.refused_scans to turnout_checkin;
grant insert on attendance.reused_scans to turnout_checkin;
grant select, insert, update on attendance.device_watermarks to turnout_checkin;
grant select on attendance.device_watermarks to turnout_closure, turnout_admin;
grant update (device_grace_minutes) on attendance.events to turnout_admin;
grant update (changed_at) on attendance.participants to turnout_admin;
