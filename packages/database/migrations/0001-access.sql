-- Who may do what: tenants and their bearer tokens.
create schema access;

create table access.organizations (
  organization_id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$'),
  created_at timestamptz not null default clock_timestamp()
);

create table access.tokens (
  organization_id uuid not null references access.organizations,
  token_id uuid not null,
  secret_hash bytea not null check (length(secret_hash) = 32),
  role text not null check (role in ('front_desk', 'supervisor', 'admin', 'auditor')),
  label text not null,
  event_ids uuid[] check (cardinality(event_ids) > 0),
  station text,
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  primary key (organization_id, token_id)
);
create unique index tokens_token_id on access.tokens (token_id);
