-- A check-in takes the shortest way through the tables.

-- Moving to checked_in changes nothing that an index is made of, so PostgreSQL writes the row and none of its indexes
-- (a heap-only update). An index on `status in (...)` would make it write all six.
alter table attendance.enrollments
  add column undecided boolean not null generated always as (status in ('confirmed', 'checked_in')) stored;
drop index attendance.enrollments_undecided;
create index enrollments_undecided on attendance.enrollments (event_id, enrollment_id) where undecided;

-- What the statistics know of an event that began this minute is that it has no rows, and a plan made by that reads
-- all of the event for each scan. Without statistics on the event, both columns of a key are always worth using.
alter table attendance.enrollments alter column event_id set statistics 0;
alter table attendance.check_ins alter column event_id set statistics 0;
alter table attendance.scans alter column event_id set statistics 0;
alter table attendance.transitions alter column event_id set statistics 0;
alter table attendance.orders alter column event_id set statistics 0;
alter table attendance.line_items alter column event_id set statistics 0;
alter table attendance.redemptions alter column event_id set statistics 0;
alter table attendance.door_checks alter column event_id set statistics 0;
