-- The transactional outbox: what is still to be published, what was, and what the broker keeps refusing.
create schema outbox;

create table outbox.messages (
  sequence bigint generated always as identity,
  message_id uuid not null,
  partition smallint not null check (partition between 0 and 15),
  partition_key uuid not null,
  routing_key text not null,
  content_type text not null,
  headers jsonb not null default '{}',
  body text not null,
  attempts int not null default 0,
  last_error text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (partition, sequence)
);
create unique index messages_message_id on outbox.messages (message_id);

-- One row for each batch a relay has published and the broker has confirmed.
create table outbox.published (
  partition smallint not null,
  batch_id bigint generated always as identity,
  published_at timestamptz not null default clock_timestamp(),
  message_ids uuid[] not null,
  primary key (partition, batch_id)
);

create table outbox.dead (
  like outbox.messages,
  reason text not null,
  died_at timestamptz not null default clock_timestamp(),
  primary key (message_id)
);
