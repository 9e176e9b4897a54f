-- After a restore: owes a mail to everyone who attended and of whose event the notifier knows nothing although it was
-- published. Such an event was taken from the queue in the moments that were lost, and will never be delivered again.
-- People of an organization that wants no such mails get none.
-- As the owner of the database; safe at any time, and again: an event that arrives after all is dropped as received.
--
--   psql "$DATABASE_URL" -f packages/database/recovery/tell-forgotten.sql
with forgotten as (
  select t.*
  from attendance.transitions t
  join (select unnest(message_ids) as message_id from outbox.published) published using (message_id)
  where t.to_status = 'attended'
    -- What is older may have been told, and the notifier does not remember it.
    and t.at >= coalesce((select before from notifier.forgotten), '-infinity')
    and not exists (select from notifier.inbox i where i.message_id = t.message_id)
), received as (
  insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id, sequence, unwanted)
  select message_id, 'turnout.participant.attended.v1', organization_id, event_id, enrollment_id, version, exists (
    select from access.settings s where s.organization_id = f.organization_id and not s.notify_participants
  )
  from forgotten f
  on conflict (message_id) do nothing
  returning message_id, unwanted
)
insert into notifier.deliveries
  (delivery_id, message_id, organization_id, event_id, enrollment_id, channel, template, content)
select gen_random_uuid(), message_id, organization_id, event_id, enrollment_id, 'email', 'you-attended',
  jsonb_build_object('daysPresent', evidence -> 'daysPresent', 'corrected', from_status = 'no_show')
from forgotten join received using (message_id)
where not unwanted;
