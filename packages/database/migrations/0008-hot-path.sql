-- A check-in takes the shortest way through the tables.

-- Moving to checked_in changes nothing that an index is made of, so PostgreSQL writes the row and none of its indexes
-- (a heap-only update). An index on `status in (...)` would make it write all six.
alter table attendance.enrollments
  add column undecided boolean not null generated always as (status in ('confirmed', 'checked_in')) stored;
drop index attendance.enrollments_undecided;
create index enrollments_undecided on attendance.enrollments (event_id, enrollment_id) where undecided;

-- A table that has just begun to fill has no statistics, or such that know nothing of the event that began this minute. To
-- read all rows of an event then looks as cheap as to look one up by its key, and such a plan is kept for a while. Two
-- things help. Without statistics on the event, reading all of it looks dear as soon as there are rows. And of indexes
-- that look equally good PostgreSQL takes the youngest: that is the one which has both columns of the key. A test holds
-- the statements of a check-in against this.
alter table attendance.enrollments alter column event_id set statistics 0;
alter table attendance.check_ins alter column event_id set statistics 0;
alter table attendance.scans alter column event_id set statistics 0;
alter table attendance.transitions alter column event_id set statistics 0;
alter table attendance.orders alter column event_id set statistics 0;
alter table attendance.line_items alter column event_id set statistics 0;
alter table attendance.redemptions alter column event_id set statistics 0;
alter table attendance.door_checks alter column event_id set statistics 0;

alter table attendance.enrollments
  drop constraint enrollments_access_code,
  add constraint enrollments_access_code unique (event_id, access_code);
drop index attendance.enrollments_id;
create index enrollments_id on attendance.enrollments (enrollment_id);

-- A scan is one row by the key of attendance.scans, and its check-in is written with it. Nobody looks for scans by their
-- enrollment, and an event is never removed: its row need not be locked and looked at for each of its scans.
alter table attendance.check_ins drop constraint check_ins_scan;
drop index attendance.scans_of_enrollment;
alter table attendance.scans drop constraint scans_event_id_fkey;

drop index attendance.check_ins_of_enrollment;
create index check_ins_of_enrollment on attendance.check_ins (event_id, enrollment_id, check_in_id);
alter table attendance.scans
  drop constraint scans_pkey,
  add constraint scans_pkey primary key (event_id, scan_id);
