-- What could not be delivered is kept where people see it, send it again, or let it go; and people hear of it, once.

create table notifier.dead_letters (
  letter_id uuid primary key,
  -- broker: a message the notifier could not read or store. delivery: one that its channel refused for good.
  -- outbox: a message that no queue took.
  source text not null check (source in ('broker', 'delivery', 'outbox')),
  -- What makes it the same letter however often it arrives: a hash of the message, a delivery's id, a message's id.
  identity text not null,
  status text not null default 'dead' check (status in ('dead', 'replayed', 'dropped')),
  -- Null when the message names none that exists. Such letters are the operator's.
  organization_id uuid,
  event_id uuid,
  message_id text,
  type text,
  reason text not null,
  detail text,
  paths jsonb not null default '[]',
  attempts int not null,
  bytes int,
  -- Only of letters from the broker, which has forgotten them. json and not jsonb: an id may hold what text can not.
  body bytea,
  properties json,
  deaths int not null default 1,
  replays int not null default 0,
  first_died_at timestamptz not null default clock_timestamp(),
  died_at timestamptz not null default clock_timestamp(),
  replayed_at timestamptz,
  dropped_at timestamptz,
  drop_reason text,
  constraint dead_letters_once unique (source, identity),
  constraint dead_letters_dropped
    check ((status = 'dropped') = (dropped_at is not null) and (status = 'dropped') = (drop_reason is not null))
);
create index dead_letters_of_organization on notifier.dead_letters (organization_id, letter_id);

-- Who did what to a letter, when and why. Never changed, never deleted: the notifier may only add.
create table notifier.dead_letter_actions (
  action_id uuid primary key,
  letter_id uuid not null references notifier.dead_letters,
  action text not null check (action in ('replayed', 'dropped')),
  actor jsonb not null,
  reason text,
  -- The request, or the run of the command, that caused it.
  cause text not null,
  at timestamptz not null default clock_timestamp()
);
create index dead_letter_actions_of_letter on notifier.dead_letter_actions (letter_id, action_id);

-- Where an organization wants to hear of failures. Without a row, the operator hears of them.
create table notifier.alert_addresses (
  organization_id uuid primary key references access.organizations,
  email text not null check (length(email) between 3 and 254)
);

-- One row is one trouble of one kind, from its first failure until an hour has passed without one.
create table notifier.alerts (
  alert_id uuid primary key,
  -- Null: the operator's.
  organization_id uuid,
  kind text not null check (kind in ('closure_failed', 'dead_letter', 'outbox_stuck')),
  -- Failures that no mail has told of yet, and the first few things they were about, by id.
  untold int not null,
  subjects text[] not null default '{}',
  told int not null default 0,
  mails int not null default 0,
  -- Tries in a row to send the mail that is due, and how many of them the mail server refused.
  attempts int not null default 0,
  refused int not null default 0,
  last_error text,
  opened_at timestamptz not null default clock_timestamp(),
  -- When to tell what is untold, or to see that nothing is.
  next_at timestamptz not null,
  closed_at timestamptz
);
create unique index alerts_open on notifier.alerts (organization_id, kind) nulls not distinct where closed_at is null;

-- Each channel looks for what is due on it, and does not wade through what waits for another.
drop index notifier.deliveries_due;
create index deliveries_due on notifier.deliveries (channel, next_attempt_at) where status = 'pending';

-- What the notifier may see of the outbox: which messages were put aside, never what they say.
create view outbox.put_aside as
  select message_id, partition_key, routing_key, attempts, reason, died_at, octet_length(body) as bytes,
    substring(body from '"source":"/organizations/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/')::uuid
      as organization_id
  from outbox.dead;

-- Since when the outbox has not been emptied; null when nothing waits. Each partition is published in the order of its
-- sequence, so the first row of each tells.
create view outbox.waiting as
  select min(first.created_at) as since
  from generate_series(0, 15) as partitions (number)
  cross join lateral (
    select created_at from outbox.messages where partition = partitions.number order by sequence limit 1
  ) first;

-- Puts a message that was put aside back among those to be published, behind the newest of its key, under the lock that
-- makes the sequence of a key the order of commits. False when it is not among those put aside.
create function outbox.send_again(dead_message_id uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog as $$
declare
  message outbox.dead;
begin
  delete from outbox.dead where message_id = dead_message_id returning * into message;
  if not found then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtextextended(message.partition_key::text, 0));
  insert into outbox.messages (message_id, partition, partition_key, routing_key, content_type, headers, body)
  values (message.message_id, message.partition, message.partition_key, message.routing_key, message.content_type,
    message.headers, message.body)
  on conflict (message_id) do nothing;
  return true;
end $$;
revoke execute on function outbox.send_again(uuid) from public;

grant select, insert, update on notifier.dead_letters, notifier.alerts to turnout_notifier;
grant select, insert on notifier.dead_letter_actions to turnout_notifier;
grant select on notifier.alert_addresses to turnout_notifier;
grant usage on schema outbox to turnout_notifier;
grant select on outbox.put_aside, outbox.waiting to turnout_notifier;
grant execute on function outbox.send_again(uuid) to turnout_notifier;
