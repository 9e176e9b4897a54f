-- What was received, and what was or will be told to whom.
create schema notifier;

create table notifier.inbox (
  message_id uuid primary key,
  type text not null,
  organization_id uuid not null,
  event_id uuid not null,
  subject_id uuid not null,
  sequence int,
  received_at timestamptz not null default clock_timestamp()
);

create table notifier.deliveries (
  delivery_id uuid primary key,
  message_id uuid not null references notifier.inbox,
  organization_id uuid not null,
  event_id uuid not null,
  enrollment_id uuid not null,
  channel text not null check (channel in ('email', 'log')),
  template text not null,
  status text not null default 'pending' check (status in ('pending', 'sent', 'failed')),
  -- Facts of the event that the text will name: days and reasons, never a person.
  content jsonb not null default '{}',
  attempts int not null default 0,
  -- How many of the attempts ended in a refusal of this very message. Only these count towards giving up: a mail
  -- server that is away says nothing about the message.
  refused int not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  last_error text,
  headers jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz,
  constraint deliveries_once unique (message_id, channel, template),
  constraint deliveries_sent check ((status = 'sent') = (sent_at is not null))
);
create index deliveries_due on notifier.deliveries (next_attempt_at) where status = 'pending';
create index deliveries_of_organization on notifier.deliveries (organization_id, delivery_id);
create index deliveries_of_enrollment on notifier.deliveries (enrollment_id, delivery_id);
create index deliveries_failed on notifier.deliveries (organization_id, delivery_id) where status = 'failed';
