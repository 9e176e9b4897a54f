-- Forgetting what was received looks for its deliveries by message, and so does the check that no delivery is left without
-- one: the partial unique indexes serve neither.
create index deliveries_of_message on notifier.deliveries (message_id);

-- As before, but each message is looked at by itself (`offset 0` keeps it so): joined as a whole, every delivery that there
-- is would be read for each few hundred messages.
create or replace function notifier.forget(forget_before timestamptz, at_most int) returns int
language plpgsql security definer set search_path = pg_catalog as $$
declare
  old uuid[];
begin
  if forget_before > clock_timestamp() - interval '90 days' then
    raise exception 'what was received is remembered for 90 days at least' using errcode = 'restrict_violation';
  end if;
  insert into notifier.forgotten as f (before) values (forget_before)
    on conflict (only_row) do update set before = excluded.before where f.before < excluded.before;
  select array_agg(message_id) into old from (
    select i.message_id from notifier.inbox i
    where i.received_at < forget_before
      and not exists (
        select from notifier.deliveries d
        where d.message_id = i.message_id
          and (
            d.status = 'pending'
            or exists (
              select from notifier.dead_letters l
              where l.source = 'delivery' and l.identity = d.delivery_id::text and l.status = 'dead'
              offset 0
            )
          )
        offset 0
      )
    limit at_most
  ) received;
  delete from notifier.delivery_attempts a using notifier.deliveries d
    where d.message_id = any (old) and a.delivery_id = d.delivery_id;
  delete from notifier.deliveries where message_id = any (old);
  delete from notifier.webhook_bodies where message_id = any (old);
  delete from notifier.inbox where message_id = any (old);
  delete from notifier.alerts where closed_at < forget_before;
  return coalesce(cardinality(old), 0);
end $$;
