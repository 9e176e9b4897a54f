-- Where organizations want the public events to be sent, and every try to do so.
create table notifier.webhook_endpoints (
  endpoint_id uuid primary key,
  organization_id uuid not null,
  url text not null,
  -- Null is every type, also one that comes later.
  event_types text[] check (cardinality(event_types) > 0),
  description text,
  disabled_at timestamptz,
  disabled_because text check (disabled_because in ('request', 'gone', 'failing')),
  -- The row stays, since deliveries name it; its secrets, its url and its description go.
  deleted_at timestamptz,
  -- How many attempts have failed since the last that did not, and since when.
  failures int not null default 0,
  failing_since timestamptz,
  -- Nothing is sent before this: the endpoint fails again and again, or has asked for a pause.
  quiet_until timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  constraint webhook_endpoints_disabled check ((disabled_at is null) = (disabled_because is null))
);
-- A request to make an endpoint that is sent twice must not send every event twice.
create unique index webhook_endpoints_url on notifier.webhook_endpoints (organization_id, url) where deleted_at is null;
create index webhook_endpoints_of_organization on notifier.webhook_endpoints (organization_id, endpoint_id)
  where deleted_at is null;

create table notifier.webhook_secrets (
  endpoint_id uuid not null references notifier.webhook_endpoints,
  secret_id uuid not null,
  -- AES-256-GCM: nonce, tag, text. The key is in the notifier's environment only.
  sealed bytea not null,
  -- All that have not expired sign; the newest never expires.
  expires_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  primary key (endpoint_id, secret_id)
);
create unique index webhook_secrets_newest on notifier.webhook_secrets (endpoint_id) where expires_at is null;

-- A message as it was received, byte for byte, once for all endpoints. Only of messages that some endpoint wanted.
create table notifier.webhook_bodies (
  message_id uuid primary key references notifier.inbox,
  body bytea not null,
  created_at timestamptz not null default clock_timestamp()
);
create index webhook_bodies_by_age on notifier.webhook_bodies (created_at);

alter table notifier.deliveries
  drop constraint deliveries_channel_check,
  drop constraint deliveries_once,
  alter column enrollment_id drop not null,
  alter column template drop not null,
  add column endpoint_id uuid references notifier.webhook_endpoints,
  add column last_status_code int,
  -- The token that asked for it to be sent again, most recently.
  add column requested_by uuid,
  add constraint deliveries_channel check (channel in ('email', 'log', 'webhook')),
  add constraint deliveries_destination check (
    case channel
      when 'webhook' then endpoint_id is not null and template is null
      else endpoint_id is null and template is not null and enrollment_id is not null
    end
  );
create unique index deliveries_once on notifier.deliveries (message_id, channel, template) where endpoint_id is null;
create unique index deliveries_once_per_endpoint on notifier.deliveries (message_id, endpoint_id)
  where endpoint_id is not null;
create index deliveries_of_endpoint on notifier.deliveries (endpoint_id, delivery_id) where endpoint_id is not null;

-- However much waits for an endpoint that is away: looking for the next mail does not walk past it, and neither does looking
-- for what other endpoints are owed.
create index deliveries_due_by_endpoint on notifier.deliveries (endpoint_id, next_attempt_at)
  where status = 'pending' and endpoint_id is not null;

create table notifier.delivery_attempts (
  delivery_id uuid not null references notifier.deliveries,
  attempt int not null,
  started_at timestamptz not null,
  duration_ms int not null,
  -- Null when there was no answer.
  status_code int,
  -- Null when it was taken.
  error text,
  -- The token that asked for this one; null for the first and for what followed from it.
  requested_by uuid,
  primary key (delivery_id, attempt)
);

grant select, insert on notifier.webhook_endpoints to turnout_notifier;
grant update (url, event_types, description, disabled_at, disabled_because, deleted_at, failures, failing_since, quiet_until)
  on notifier.webhook_endpoints to turnout_notifier;
grant select, insert, delete on notifier.webhook_secrets to turnout_notifier;
grant update (expires_at) on notifier.webhook_secrets to turnout_notifier;
grant select, insert, delete on notifier.webhook_bodies to turnout_notifier;
grant select, insert on notifier.delivery_attempts to turnout_notifier;
