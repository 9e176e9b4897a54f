-- Makes attendance.check_ins and attendance.transitions partitioned by event, sixteen parts each. To be run by the owner in
-- one transaction while no service writes: rows are copied. docs/scaling.md says when this is worth it;
-- packages/database/test/partitioning.int.test.ts runs it, and checks in through it.

create procedure pg_temp.partition_by_event(whole regclass, parts int) language plpgsql as $$
declare
  name text := (select relname from pg_class where oid = whole);
  old text := name || '_whole';
  statement text;
  late text[];
begin
  -- What LIKE does not copy: foreign keys, triggers, grants on the table and on its columns.
  select array_agg(command) into late from (
    select format('alter table attendance.%I add constraint %I %s', name, conname, pg_get_constraintdef(oid)) as command
    from pg_constraint where conrelid = whole and contype = 'f'
    union all
    select pg_get_triggerdef(oid) from pg_trigger where tgrelid = whole and not tgisinternal
    union all
    select format('grant %s on attendance.%I to %I', privilege_type, name, grantee::regrole::text)
    from pg_class, aclexplode(relacl) where pg_class.oid = whole and grantee <> relowner
    union all
    select format('grant %s (%I) on attendance.%I to %I', privilege_type, attname, name, grantee::regrole::text)
    from pg_attribute, aclexplode(attacl) where attrelid = whole
  ) commands;

  execute format('alter table attendance.%I rename to %I', name, old);
  execute format(
    'create table attendance.%I (like attendance.%I including defaults including constraints including storage) partition by hash (event_id)',
    name, old);
  for part in 0 .. parts - 1 loop
    execute format('create table attendance.%I partition of attendance.%I for values with (modulus %s, remainder %s)',
      name || '_' || part, name, parts, part);
    -- As on the whole table: a new event is not to be taken for a rare one.
    execute format('alter table attendance.%I alter column event_id set statistics 0', name || '_' || part);
  end loop;
  execute format('insert into attendance.%I select * from attendance.%I', name, old);

  -- Their indexes under their names, which errors are told by.
  for statement in
    select format('alter table attendance.%I add constraint %I %s', name, conname, pg_get_constraintdef(oid))
    from pg_constraint where conrelid = whole and contype in ('p', 'u')
    union all
    select pg_get_indexdef(indexrelid) from pg_index
    where indrelid = whole and not exists (select from pg_constraint where conindid = indexrelid)
  loop
    late := array_prepend(replace(statement, 'attendance.' || old, 'attendance.' || name), late);
  end loop;
  execute format('drop table attendance.%I', old);
  foreach statement in array late loop
    execute replace(statement, 'attendance.' || old, 'attendance.' || name);
  end loop;
end $$;

call pg_temp.partition_by_event('attendance.check_ins', 16);
call pg_temp.partition_by_event('attendance.transitions', 16);

-- A trigger for TRUNCATE is not inherited: without one of its own, a part could be emptied by itself.
do $$
begin
  for part in 0 .. 15 loop
    execute format(
      'create trigger transitions_are_not_truncated before truncate on attendance.transitions_%s
       for each statement execute function attendance.refuse_change()', part);
  end loop;
end $$;
analyze attendance.check_ins, attendance.transitions;
