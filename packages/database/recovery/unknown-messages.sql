-- After a restore: which of the message ids that a consumer has seen the database knows nothing of. Their commits were
-- lost; whatever the consumer did because of them has no ground any more.
--
--   psql "$DATABASE_URL" -v ids="{0197…,0197…}" -f packages/database/recovery/unknown-messages.sql
select message_id
from unnest(:'ids'::uuid[]) as message_id
where message_id not in (
  select message_id from outbox.messages
  union all select unnest(message_ids) from outbox.published
  union all select message_id from outbox.dead
);
