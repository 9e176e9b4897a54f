-- After a restore: which of the message ids that a consumer has seen the database knows nothing of. Their commits were
-- lost; whatever the consumer did because of them has no ground any more. Ids from before `outbox.forgotten` are left out
-- (they carry their time): of those the database remembers none.
--
--   psql "$DATABASE_URL" -v ids="{0197…,0197…}" -f packages/database/recovery/unknown-messages.sql
select message_id
from unnest(:'ids'::uuid[]) as message_id
where message_id not in (
  select message_id from outbox.messages
  union all select unnest(message_ids) from outbox.published
  union all select message_id from outbox.dead
)
and to_timestamp(('x' || left(replace(message_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
  >= coalesce((select before from outbox.forgotten), '-infinity');
