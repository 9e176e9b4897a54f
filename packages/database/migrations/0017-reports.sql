-- Reports count corrections of statuses, which are few among the transitions: those that changed a verdict, and those by which
-- an admin wrote somebody down as present.
create index transitions_corrections on attendance.transitions (event_id, enrollment_id, version)
  where from_status in ('attended', 'no_show')
    or (from_status = 'confirmed' and to_status = 'checked_in' and triggered_by = 'admin');
