-- A device that heard no answer decides by itself, and says so when it sends the scan again: the answer stays, what the
-- device did is added.
grant update (device_decision) on attendance.scans, attendance.reused_scans to turnout_checkin;

-- When that was added to a check-in that counted before, for devices that keep its entry. A scan that says so at once has
-- no such time: nobody has heard of its entry.
alter table attendance.check_ins
  add column turned_away_at timestamptz,
  add constraint check_ins_turned_away_at check (turned_away_at is null or turned_away);
create index check_ins_by_turning_away on attendance.check_ins (event_id, turned_away_at) where turned_away_at is not null;
grant update (turned_away, turned_away_at) on attendance.check_ins to turnout_checkin;

-- A row is known by its id and its table: a scanId of attendance.scans can equal a reused_scan_id.
create or replace view attendance.refused_scans as
  select event_id, scan_id as refused_scan_id, scan_id, enrollment_id, access_code, named_enrollment_id, refusal, scanned_at,
    recorded_at, station, direction, device_id, cause, kind, line_item_id, product_id, device_decision, false as reused
  from attendance.scans where refusal is not null
  union all
  select event_id, reused_scan_id, scan_id, enrollment_id, access_code, named_enrollment_id, refusal, scanned_at,
    recorded_at, station, direction, device_id, cause, kind, line_item_id, product_id, device_decision, true
  from attendance.reused_scans;
