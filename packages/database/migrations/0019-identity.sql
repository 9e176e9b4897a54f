-- Tokens say when they were used last and can get a new secret while the old one still works; people can sign in through
-- their organization's own identity provider.
alter table access.tokens
  add column last_used_at timestamptz,
  -- The secret that a rotation made. The old one works until `secret_ends_at`, and after that until this one was used.
  add column next_secret_hash bytea check (length(next_secret_hash) = 32),
  add column next_secret_at timestamptz,
  add column next_secret_used_at timestamptz,
  add column secret_ends_at timestamptz,
  add constraint tokens_rotation_shape check (
    (next_secret_hash is null) = (next_secret_at is null)
    and (next_secret_hash is null) = (secret_ends_at is null)
    and (next_secret_used_at is null or next_secret_hash is not null)
  );

-- Whoever authenticates notes the use of a token, and the first use of a new secret, which is the one promise behind it.
grant update (last_used_at, next_secret_used_at)
  on access.tokens to turnout_checkin, turnout_closure, turnout_admin, turnout_notifier;
grant update (secret_hash, next_secret_hash, next_secret_at, secret_ends_at) on access.tokens to turnout_admin;

create table access.identity_providers (
  organization_id uuid primary key references access.organizations,
  issuer text not null,
  audience text not null,
  roles_claim text not null,
  -- Role by value of the claim.
  roles jsonb not null,
  algorithms text[] not null check (cardinality(algorithms) > 0),
  changed_at timestamptz not null default clock_timestamp(),
  -- Whose a sign-in is follows from these two, so they belong to one organization.
  constraint identity_providers_issuer_audience unique (issuer, audience)
);
grant select on access.identity_providers to turnout_checkin, turnout_closure, turnout_admin, turnout_notifier;
grant insert, update, delete on access.identity_providers to turnout_admin;
