-- What the migrations make, for readers. Rewrite it with: npm run schema

CREATE SCHEMA access;

CREATE SCHEMA attendance;

CREATE SCHEMA audit;

CREATE SCHEMA notifier;

CREATE SCHEMA outbox;

CREATE SCHEMA turnout;

CREATE FUNCTION access.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception 'actions are never changed or deleted' using errcode = 'restrict_violation';
end $$;

CREATE FUNCTION attendance.plain_spelling(spelling text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN (octet_length(spelling) = length(spelling)) THEN lower(spelling) ELSE lower(replace(replace(replace(replace(replace(translate(regexp_replace(NORMALIZE(spelling, NFKD), '[̀-ͯ]'::text, ''::text, 'g'::text), 'øØłŁđĐıẞ'::text, 'oollddiß'::text), 'ß'::text, 'ss'::text), 'æ'::text, 'ae'::text), 'Æ'::text, 'ae'::text), 'œ'::text, 'oe'::text), 'Œ'::text, 'oe'::text)) END;

CREATE FUNCTION attendance.plain_pattern(search text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (('%'::text || regexp_replace(NULLIF(attendance.plain_spelling(search), ''::text), '([\\%_])'::text, '\\\1'::text, 'g'::text)) || '%'::text);

CREATE FUNCTION attendance.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception 'audit rows are never changed or removed' using errcode = 'integrity_constraint_violation';
end $$;

CREATE FUNCTION audit.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception 'seals are never changed or removed' using errcode = 'restrict_violation';
end $$;

CREATE FUNCTION notifier.forget(forget_before timestamp with time zone, at_most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
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

CREATE FUNCTION outbox.forget(forget_before timestamp with time zone, at_most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
  gone int;
begin
  if forget_before > clock_timestamp() - interval '30 days' then
    raise exception 'what was published is remembered for 30 days at least' using errcode = 'restrict_violation';
  end if;
  insert into outbox.forgotten as f (before) values (forget_before)
    on conflict (only_row) do update set before = excluded.before where f.before < excluded.before;
  with old as (
    select partition, batch_id
    from generate_series(0, 15) as partitions (number)
    cross join lateral (
      select partition, batch_id, published_at from outbox.published p
      where p.partition = partitions.number order by batch_id limit at_most
    ) first
    where published_at < forget_before
    limit at_most
  )
  delete from outbox.published p using old where p.partition = old.partition and p.batch_id = old.batch_id;
  get diagnostics gone = row_count;
  return gone;
end $$;

CREATE FUNCTION outbox.send_again(dead_message_id uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
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

CREATE TABLE access.actions (
    organization_id uuid NOT NULL,
    action_id uuid NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    action text NOT NULL,
    actor jsonb NOT NULL,
    event_id uuid,
    subject_id uuid,
    reason text,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    cause text NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id()
);

CREATE TABLE access.identity_providers (
    organization_id uuid NOT NULL,
    issuer text NOT NULL,
    audience text NOT NULL,
    roles_claim text NOT NULL,
    roles jsonb NOT NULL,
    algorithms text[] NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT identity_providers_algorithms_check CHECK ((cardinality(algorithms) > 0))
);

CREATE TABLE access.organizations (
    organization_id uuid NOT NULL,
    slug text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT organizations_slug_check CHECK ((slug ~ '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$'::text))
);

CREATE TABLE access.settings (
    organization_id uuid NOT NULL,
    requirement_type text,
    requirement_days integer,
    closure_grace_minutes integer DEFAULT 0 NOT NULL,
    reentry text DEFAULT 'allowed'::text NOT NULL,
    notify_participants boolean DEFAULT true NOT NULL,
    notify_organizers boolean DEFAULT false NOT NULL,
    retention_days integer,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT settings_closure_grace_minutes_check CHECK ((closure_grace_minutes >= 0)),
    CONSTRAINT settings_reentry_check CHECK ((reentry = ANY (ARRAY['allowed'::text, 'once_per_day'::text, 'once'::text]))),
    CONSTRAINT settings_requirement_shape CHECK ((((requirement_type IS NULL) AND (requirement_days IS NULL)) OR ((requirement_type = ANY (ARRAY['all_days'::text, 'any_day'::text])) AND (requirement_days IS NULL)) OR ((requirement_type = 'minimum_days'::text) AND (requirement_days IS NOT NULL) AND ((requirement_days >= 1) AND (requirement_days <= 366))))),
    CONSTRAINT settings_retention_days_check CHECK (((retention_days >= 1) AND (retention_days <= 36500)))
);

CREATE TABLE access.tokens (
    organization_id uuid NOT NULL,
    token_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    role text NOT NULL,
    label text NOT NULL,
    event_ids uuid[],
    station text,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    last_used_at timestamp with time zone,
    next_secret_hash bytea,
    next_secret_at timestamp with time zone,
    next_secret_used_at timestamp with time zone,
    secret_ends_at timestamp with time zone,
    CONSTRAINT tokens_event_ids_check CHECK ((cardinality(event_ids) > 0)),
    CONSTRAINT tokens_next_secret_hash_check CHECK ((length(next_secret_hash) = 32)),
    CONSTRAINT tokens_role_check CHECK ((role = ANY (ARRAY['front_desk'::text, 'supervisor'::text, 'admin'::text, 'auditor'::text]))),
    CONSTRAINT tokens_rotation_shape CHECK ((((next_secret_hash IS NULL) = (next_secret_at IS NULL)) AND ((next_secret_hash IS NULL) = (secret_ends_at IS NULL)) AND ((next_secret_used_at IS NULL) OR (next_secret_hash IS NOT NULL)))),
    CONSTRAINT tokens_secret_hash_check CHECK ((length(secret_hash) = 32))
);

CREATE TABLE attendance.check_ins (
    event_id uuid NOT NULL,
    check_in_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    day date NOT NULL,
    scanned_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    station text,
    direction text NOT NULL,
    source text NOT NULL,
    device_id uuid NOT NULL,
    scan_id uuid,
    annulled_at timestamp with time zone,
    annulled_by jsonb,
    annulment_reason text,
    turned_away boolean DEFAULT false NOT NULL,
    turned_away_at timestamp with time zone,
    CONSTRAINT check_ins_annulment CHECK ((((annulled_at IS NULL) AND (annulled_by IS NULL) AND (annulment_reason IS NULL)) OR ((annulled_at IS NOT NULL) AND (annulled_by IS NOT NULL) AND (annulment_reason IS NOT NULL)))),
    CONSTRAINT check_ins_direction_check CHECK ((direction = ANY (ARRAY['entry'::text, 'exit'::text]))),
    CONSTRAINT check_ins_override_is_entry CHECK (((source = 'scan'::text) OR (direction = 'entry'::text))),
    CONSTRAINT check_ins_source CHECK (((source = 'scan'::text) = (scan_id IS NOT NULL))),
    CONSTRAINT check_ins_source_check CHECK ((source = ANY (ARRAY['scan'::text, 'override'::text]))),
    CONSTRAINT check_ins_turned_away_at CHECK (((turned_away_at IS NULL) OR turned_away))
);
ALTER TABLE ONLY attendance.check_ins ALTER COLUMN event_id SET STATISTICS 0;

CREATE TABLE attendance.closure_runs (
    event_id uuid NOT NULL,
    run_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    trigger text NOT NULL,
    status text NOT NULL,
    epoch bigint NOT NULL,
    attempts integer DEFAULT 1 NOT NULL,
    attended integer DEFAULT 0 NOT NULL,
    no_show integer DEFAULT 0 NOT NULL,
    error text,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT closure_runs_attempts_check CHECK ((attempts >= 1)),
    CONSTRAINT closure_runs_error CHECK (((status = 'failed'::text) = (error IS NOT NULL))),
    CONSTRAINT closure_runs_finished CHECK (((status = 'running'::text) = (finished_at IS NULL))),
    CONSTRAINT closure_runs_status_check CHECK ((status = ANY (ARRAY['running'::text, 'succeeded'::text, 'failed'::text]))),
    CONSTRAINT closure_runs_trigger_check CHECK ((trigger = ANY (ARRAY['schedule'::text, 'command'::text, 'request'::text])))
);

CREATE TABLE attendance.enrollments (
    event_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    status text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    access_code text NOT NULL,
    ticket_type text,
    attended_at timestamp with time zone,
    verdict_by text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    cancelled_at timestamp with time zone,
    undecided boolean GENERATED ALWAYS AS ((status = ANY (ARRAY['confirmed'::text, 'checked_in'::text]))) STORED NOT NULL,
    changed_at timestamp with time zone,
    CONSTRAINT enrollments_attended_at CHECK (((status = 'attended'::text) = (attended_at IS NOT NULL))),
    CONSTRAINT enrollments_cancelled_at CHECK (((status = 'cancelled'::text) = (cancelled_at IS NOT NULL))),
    CONSTRAINT enrollments_status_check CHECK ((status = ANY (ARRAY['confirmed'::text, 'checked_in'::text, 'attended'::text, 'no_show'::text, 'cancelled'::text]))),
    CONSTRAINT enrollments_verdict_by CHECK (((status = ANY (ARRAY['attended'::text, 'no_show'::text])) = (verdict_by IS NOT NULL))),
    CONSTRAINT enrollments_verdict_by_check CHECK ((verdict_by = ANY (ARRAY['rule'::text, 'override'::text]))),
    CONSTRAINT enrollments_version_check CHECK ((version >= 1))
)
WITH (fillfactor='50');
ALTER TABLE ONLY attendance.enrollments ALTER COLUMN event_id SET STATISTICS 0;

CREATE TABLE attendance.events (
    event_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    day_boundary text DEFAULT '00:00'::text NOT NULL,
    requirement_type text NOT NULL,
    requirement_days integer,
    closure_grace_minutes integer DEFAULT 0 NOT NULL,
    reentry text DEFAULT 'allowed'::text NOT NULL,
    admission_opens_at timestamp with time zone,
    closure_epoch bigint DEFAULT 0 NOT NULL,
    closed_epoch bigint DEFAULT 0 NOT NULL,
    closed_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    cancellation_reason text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    device_grace_minutes integer DEFAULT 0 NOT NULL,
    CONSTRAINT events_cancelled_with_reason CHECK (((cancelled_at IS NULL) = (cancellation_reason IS NULL))),
    CONSTRAINT events_closure_grace_minutes_check CHECK ((closure_grace_minutes >= 0)),
    CONSTRAINT events_day_boundary_check CHECK ((day_boundary ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'::text)),
    CONSTRAINT events_device_grace_minutes_check CHECK ((device_grace_minutes >= 0)),
    CONSTRAINT events_end_after_start CHECK ((ends_at > starts_at)),
    CONSTRAINT events_epochs CHECK ((closed_epoch <= closure_epoch)),
    CONSTRAINT events_reentry_check CHECK ((reentry = ANY (ARRAY['allowed'::text, 'once_per_day'::text, 'once'::text]))),
    CONSTRAINT events_requirement_shape CHECK ((((requirement_type = ANY (ARRAY['all_days'::text, 'any_day'::text])) AND (requirement_days IS NULL)) OR ((requirement_type = 'minimum_days'::text) AND (requirement_days IS NOT NULL) AND ((requirement_days >= 1) AND (requirement_days <= 366)))))
);

CREATE TABLE attendance.participants (
    organization_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    locale text,
    external_id text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    erased_at timestamp with time zone,
    erasure_finished_at timestamp with time zone,
    plain_name text GENERATED ALWAYS AS (attendance.plain_spelling(name)) STORED NOT NULL,
    CONSTRAINT participants_erased_first CHECK (((erased_at IS NOT NULL) OR (erasure_finished_at IS NULL))),
    CONSTRAINT participants_erased_is_nobody CHECK (((erased_at IS NULL) OR ((name = '(erased)'::text) AND (email = ''::text) AND (locale IS NULL) AND (external_id IS NULL))))
);

CREATE VIEW attendance.contacts AS
 SELECT e.organization_id,
    e.event_id,
    e.enrollment_id,
    p.name,
    p.email,
    p.locale,
    v.name AS event_name,
    (p.erased_at IS NOT NULL) AS erased
   FROM ((attendance.enrollments e
     JOIN attendance.participants p USING (organization_id, participant_id))
     JOIN attendance.events v USING (event_id));

CREATE TABLE attendance.corrections (
    event_id uuid NOT NULL,
    correction_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    reason text NOT NULL,
    actor jsonb NOT NULL,
    cause text NOT NULL,
    trace jsonb DEFAULT '{}'::jsonb NOT NULL,
    requested_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    judged_up_to uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    attended integer DEFAULT 0 NOT NULL,
    no_show integer DEFAULT 0 NOT NULL,
    error text,
    finished_at timestamp with time zone,
    overtaken_by uuid,
    CONSTRAINT corrections_overtaken CHECK (((overtaken_by IS NULL) OR (finished_at IS NOT NULL)))
);

CREATE TABLE attendance.device_watermarks (
    event_id uuid NOT NULL,
    device_id uuid NOT NULL,
    pending_before timestamp with time zone,
    reported_at timestamp with time zone NOT NULL
);

CREATE TABLE attendance.door_checks (
    event_id uuid NOT NULL,
    door_check_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    product_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    station text,
    device_id uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY attendance.door_checks ALTER COLUMN event_id SET STATISTICS 0;

CREATE TABLE attendance.reused_scans (
    event_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    enrollment_id uuid,
    access_code text,
    named_enrollment_id uuid,
    refusal text,
    answer_status smallint NOT NULL,
    answer_body json NOT NULL,
    scanned_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    station text,
    direction text NOT NULL,
    device_id uuid NOT NULL,
    cause text NOT NULL,
    kind text DEFAULT 'check_in'::text NOT NULL,
    line_item_id uuid,
    product_id uuid,
    reused_scan_id uuid NOT NULL,
    device_decision text,
    CONSTRAINT reused_scans_device_decision_check CHECK ((device_decision = ANY (ARRAY['admitted'::text, 'turned_away'::text]))),
    CONSTRAINT scans_accepted_has_enrollment CHECK (((refusal IS NOT NULL) OR (enrollment_id IS NOT NULL))),
    CONSTRAINT scans_asks_for_one_thing CHECK ((((kind = 'redemption'::text) = (line_item_id IS NOT NULL)) AND ((kind = 'door_check'::text) = (product_id IS NOT NULL)))),
    CONSTRAINT scans_direction_check CHECK ((direction = ANY (ARRAY['entry'::text, 'exit'::text]))),
    CONSTRAINT scans_kind_check CHECK ((kind = ANY (ARRAY['check_in'::text, 'redemption'::text, 'door_check'::text]))),
    CONSTRAINT scans_names_one_ticket CHECK ((num_nonnulls(access_code, named_enrollment_id) = 1))
);

CREATE TABLE attendance.scans (
    event_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    enrollment_id uuid,
    access_code text,
    named_enrollment_id uuid,
    refusal text,
    answer_status smallint NOT NULL,
    answer_body json NOT NULL,
    scanned_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    station text,
    direction text NOT NULL,
    device_id uuid NOT NULL,
    cause text NOT NULL,
    kind text DEFAULT 'check_in'::text NOT NULL,
    line_item_id uuid,
    product_id uuid,
    device_decision text,
    CONSTRAINT scans_accepted_has_enrollment CHECK (((refusal IS NOT NULL) OR (enrollment_id IS NOT NULL))),
    CONSTRAINT scans_asks_for_one_thing CHECK ((((kind = 'redemption'::text) = (line_item_id IS NOT NULL)) AND ((kind = 'door_check'::text) = (product_id IS NOT NULL)))),
    CONSTRAINT scans_device_decision_check CHECK ((device_decision = ANY (ARRAY['admitted'::text, 'turned_away'::text]))),
    CONSTRAINT scans_direction_check CHECK ((direction = ANY (ARRAY['entry'::text, 'exit'::text]))),
    CONSTRAINT scans_kind_check CHECK ((kind = ANY (ARRAY['check_in'::text, 'redemption'::text, 'door_check'::text]))),
    CONSTRAINT scans_names_one_ticket CHECK ((num_nonnulls(access_code, named_enrollment_id) = 1))
);
ALTER TABLE ONLY attendance.scans ALTER COLUMN event_id SET STATISTICS 0;

CREATE VIEW attendance.refused_scans AS
 SELECT scans.event_id,
    scans.scan_id AS refused_scan_id,
    scans.scan_id,
    scans.enrollment_id,
    scans.access_code,
    scans.named_enrollment_id,
    scans.refusal,
    scans.scanned_at,
    scans.recorded_at,
    scans.station,
    scans.direction,
    scans.device_id,
    scans.cause,
    scans.kind,
    scans.line_item_id,
    scans.product_id,
    scans.device_decision,
    false AS reused
   FROM attendance.scans
  WHERE (scans.refusal IS NOT NULL)
UNION ALL
 SELECT reused_scans.event_id,
    reused_scans.reused_scan_id AS refused_scan_id,
    reused_scans.scan_id,
    reused_scans.enrollment_id,
    reused_scans.access_code,
    reused_scans.named_enrollment_id,
    reused_scans.refusal,
    reused_scans.scanned_at,
    reused_scans.recorded_at,
    reused_scans.station,
    reused_scans.direction,
    reused_scans.device_id,
    reused_scans.cause,
    reused_scans.kind,
    reused_scans.line_item_id,
    reused_scans.product_id,
    reused_scans.device_decision,
    true AS reused
   FROM attendance.reused_scans;

CREATE VIEW attendance.enrollment_refusals AS
 SELECT refused_scans.event_id,
    refused_scans.enrollment_id,
    refused_scans.scan_id,
    refused_scans.kind,
    refused_scans.refusal,
    refused_scans.scanned_at,
    refused_scans.recorded_at,
    refused_scans.station,
    refused_scans.direction,
    refused_scans.device_id,
    refused_scans.device_decision,
    refused_scans.cause
   FROM attendance.refused_scans
  WHERE (refused_scans.enrollment_id IS NOT NULL);

CREATE TABLE attendance.imports (
    event_id uuid NOT NULL,
    import_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    digest bytea NOT NULL,
    created integer NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT imports_created_check CHECK ((created >= 0)),
    CONSTRAINT imports_digest_check CHECK ((length(digest) = 32))
);

CREATE TABLE attendance.line_items (
    event_id uuid NOT NULL,
    line_item_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity integer NOT NULL,
    CONSTRAINT line_items_quantity_check CHECK (((quantity >= 1) AND (quantity <= 1000000)))
);
ALTER TABLE ONLY attendance.line_items ALTER COLUMN event_id SET STATISTICS 0;

CREATE TABLE attendance.orders (
    event_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    status text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT orders_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'paid'::text, 'partially_refunded'::text, 'refunded'::text, 'cancelled'::text])))
);
ALTER TABLE ONLY attendance.orders ALTER COLUMN event_id SET STATISTICS 0;

CREATE TABLE attendance.products (
    event_id uuid NOT NULL,
    product_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT products_kind_check CHECK ((kind = ANY (ARRAY['ticket'::text, 'addon'::text])))
);

CREATE TABLE attendance.redemptions (
    event_id uuid NOT NULL,
    redemption_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    line_item_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    station text,
    device_id uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY attendance.redemptions ALTER COLUMN event_id SET STATISTICS 0;

CREATE TABLE attendance.transitions (
    event_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    version integer NOT NULL,
    transition_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    from_status text,
    to_status text NOT NULL,
    triggered_by text NOT NULL,
    actor jsonb NOT NULL,
    reason text NOT NULL,
    evidence jsonb,
    at timestamp with time zone NOT NULL,
    cause text NOT NULL,
    message_id uuid,
    xid xid8 DEFAULT pg_current_xact_id(),
    CONSTRAINT transitions_first_row CHECK (((version = 1) = (from_status IS NULL))),
    CONSTRAINT transitions_statuses CHECK (((to_status = ANY (ARRAY['confirmed'::text, 'checked_in'::text, 'attended'::text, 'no_show'::text, 'cancelled'::text])) AND (from_status = ANY (ARRAY['confirmed'::text, 'checked_in'::text, 'attended'::text, 'no_show'::text, 'cancelled'::text])))),
    CONSTRAINT transitions_triggered_by_check CHECK ((triggered_by = ANY (ARRAY['system'::text, 'front_desk'::text, 'admin'::text, 'participant'::text]))),
    CONSTRAINT transitions_version_check CHECK ((version >= 1))
);
ALTER TABLE ONLY attendance.transitions ALTER COLUMN event_id SET STATISTICS 0;

CREATE TABLE attendance.withdrawn_codes (
    event_id uuid NOT NULL,
    access_code text NOT NULL,
    enrollment_id uuid NOT NULL,
    withdrawn_at timestamp with time zone NOT NULL
);

CREATE TABLE audit.actors (
    organization_id uuid NOT NULL,
    actor_id text NOT NULL,
    event_id uuid NOT NULL
);

CREATE TABLE audit.progress (
    one boolean DEFAULT true NOT NULL,
    system_identifier bigint,
    last_xid xid8 DEFAULT '0'::xid8 NOT NULL,
    last_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    CONSTRAINT progress_one_check CHECK (one)
);

CREATE TABLE audit.seals (
    organization_id uuid NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    content text NOT NULL,
    ids uuid[] NOT NULL,
    gathered boolean NOT NULL,
    sealed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT seals_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT seals_ids_check CHECK ((cardinality(ids) > 0)),
    CONSTRAINT seals_number_check CHECK ((number >= 1))
);

CREATE TABLE notifier.alert_addresses (
    organization_id uuid NOT NULL,
    email text NOT NULL,
    CONSTRAINT alert_addresses_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254)))
);

CREATE TABLE notifier.alerts (
    alert_id uuid NOT NULL,
    organization_id uuid,
    kind text NOT NULL,
    untold integer NOT NULL,
    subjects text[] DEFAULT '{}'::text[] NOT NULL,
    told integer DEFAULT 0 NOT NULL,
    mails integer DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL,
    last_error text,
    opened_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    next_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT alerts_kind_check CHECK ((kind = ANY (ARRAY['closure_failed'::text, 'dead_letter'::text, 'outbox_stuck'::text])))
);

CREATE TABLE notifier.dead_letter_actions (
    action_id uuid NOT NULL,
    letter_id uuid NOT NULL,
    action text NOT NULL,
    actor jsonb NOT NULL,
    reason text,
    cause text NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT dead_letter_actions_action_check CHECK ((action = ANY (ARRAY['replayed'::text, 'dropped'::text])))
);

CREATE TABLE notifier.dead_letters (
    letter_id uuid NOT NULL,
    source text NOT NULL,
    identity text NOT NULL,
    status text DEFAULT 'dead'::text NOT NULL,
    organization_id uuid,
    event_id uuid,
    message_id text,
    type text,
    reason text NOT NULL,
    detail text,
    paths jsonb DEFAULT '[]'::jsonb NOT NULL,
    attempts integer NOT NULL,
    bytes integer,
    body bytea,
    properties json,
    deaths integer DEFAULT 1 NOT NULL,
    replays integer DEFAULT 0 NOT NULL,
    first_died_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    died_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    replayed_at timestamp with time zone,
    dropped_at timestamp with time zone,
    drop_reason text,
    CONSTRAINT dead_letters_dropped CHECK ((((status = 'dropped'::text) = (dropped_at IS NOT NULL)) AND ((status = 'dropped'::text) = (drop_reason IS NOT NULL)))),
    CONSTRAINT dead_letters_source_check CHECK ((source = ANY (ARRAY['broker'::text, 'delivery'::text, 'outbox'::text]))),
    CONSTRAINT dead_letters_status_check CHECK ((status = ANY (ARRAY['dead'::text, 'replayed'::text, 'dropped'::text])))
);

CREATE TABLE notifier.deliveries (
    delivery_id uuid NOT NULL,
    message_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    event_id uuid NOT NULL,
    enrollment_id uuid,
    channel text NOT NULL,
    template text,
    status text DEFAULT 'pending'::text NOT NULL,
    content jsonb DEFAULT '{}'::jsonb NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    last_error text,
    headers jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    sent_at timestamp with time zone,
    endpoint_id uuid,
    last_status_code integer,
    requested_by uuid,
    CONSTRAINT deliveries_channel CHECK ((channel = ANY (ARRAY['email'::text, 'log'::text, 'webhook'::text]))),
    CONSTRAINT deliveries_destination CHECK (
CASE channel
    WHEN 'webhook'::text THEN ((endpoint_id IS NOT NULL) AND (template IS NULL))
    ELSE ((endpoint_id IS NULL) AND (template IS NOT NULL) AND ((enrollment_id IS NOT NULL) OR (template = 'event-closed'::text)))
END),
    CONSTRAINT deliveries_sent CHECK (((status = 'sent'::text) = (sent_at IS NOT NULL))),
    CONSTRAINT deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'sent'::text, 'failed'::text])))
);

CREATE TABLE notifier.delivery_attempts (
    delivery_id uuid NOT NULL,
    attempt integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    duration_ms integer NOT NULL,
    status_code integer,
    error text,
    requested_by uuid
);

CREATE TABLE notifier.inbox (
    message_id uuid NOT NULL,
    type text NOT NULL,
    organization_id uuid NOT NULL,
    event_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    sequence integer,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    unwanted boolean DEFAULT false NOT NULL
);

CREATE VIEW notifier.enrollment_deliveries AS
 SELECT d.organization_id,
    d.event_id,
    d.enrollment_id,
    d.delivery_id,
    d.message_id,
    i.type,
    i.received_at,
    d.channel,
    d.template,
    d.status,
    d.attempts,
    (d.last_error IS NOT NULL) AS has_failed,
    d.created_at,
    d.sent_at
   FROM (notifier.deliveries d
     JOIN notifier.inbox i USING (message_id))
  WHERE (d.enrollment_id IS NOT NULL);

CREATE TABLE notifier.forgotten (
    only_row boolean DEFAULT true NOT NULL,
    before timestamp with time zone NOT NULL,
    CONSTRAINT forgotten_only_row_check CHECK (only_row)
);

CREATE VIEW notifier.messages_to_people AS
 SELECT d.organization_id,
    d.event_id,
    d.enrollment_id,
    d.delivery_id,
    d.channel,
    d.template,
    d.status,
    d.attempts,
    d.created_at,
    d.sent_at
   FROM notifier.deliveries d
  WHERE (d.endpoint_id IS NULL);

CREATE TABLE notifier.webhook_bodies (
    message_id uuid NOT NULL,
    body bytea NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE notifier.webhook_endpoints (
    endpoint_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    url text NOT NULL,
    event_types text[],
    description text,
    disabled_at timestamp with time zone,
    disabled_because text,
    deleted_at timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    quiet_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT webhook_endpoints_disabled CHECK (((disabled_at IS NULL) = (disabled_because IS NULL))),
    CONSTRAINT webhook_endpoints_disabled_because_check CHECK ((disabled_because = ANY (ARRAY['request'::text, 'gone'::text, 'failing'::text]))),
    CONSTRAINT webhook_endpoints_event_types_check CHECK ((cardinality(event_types) > 0))
);

CREATE TABLE notifier.webhook_secrets (
    endpoint_id uuid NOT NULL,
    secret_id uuid NOT NULL,
    sealed bytea NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE outbox.dead (
    sequence bigint NOT NULL,
    message_id uuid NOT NULL,
    partition smallint NOT NULL,
    partition_key uuid NOT NULL,
    routing_key text NOT NULL,
    content_type text NOT NULL,
    headers jsonb NOT NULL,
    body text NOT NULL,
    attempts integer NOT NULL,
    last_error text,
    created_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    died_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE outbox.forgotten (
    only_row boolean DEFAULT true NOT NULL,
    before timestamp with time zone NOT NULL,
    CONSTRAINT forgotten_only_row_check CHECK (only_row)
);

CREATE TABLE outbox.messages (
    sequence bigint NOT NULL,
    message_id uuid NOT NULL,
    partition smallint NOT NULL,
    partition_key uuid NOT NULL,
    routing_key text NOT NULL,
    content_type text NOT NULL,
    headers jsonb DEFAULT '{}'::jsonb NOT NULL,
    body text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT messages_partition_check CHECK (((partition >= 0) AND (partition <= 15)))
);

ALTER TABLE outbox.messages ALTER COLUMN sequence ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME outbox.messages_sequence_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE outbox.published (
    partition smallint NOT NULL,
    batch_id bigint NOT NULL,
    published_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    message_ids uuid[] NOT NULL
);

ALTER TABLE outbox.published ALTER COLUMN batch_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME outbox.published_batch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW outbox.put_aside AS
 SELECT dead.message_id,
    dead.partition_key,
    dead.routing_key,
    dead.attempts,
    dead.reason,
    dead.died_at,
    octet_length(dead.body) AS bytes,
    ("substring"(dead.body, '"source":"/organizations/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/'::text))::uuid AS organization_id
   FROM outbox.dead;

CREATE VIEW outbox.waiting AS
 SELECT min(first.created_at) AS since
   FROM (generate_series(0, 15) partitions(number)
     CROSS JOIN LATERAL ( SELECT messages.created_at
           FROM outbox.messages
          WHERE (messages.partition = partitions.number)
          ORDER BY messages.sequence
         LIMIT 1) first);

CREATE TABLE turnout.migrations (
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE ONLY access.actions
    ADD CONSTRAINT actions_pkey PRIMARY KEY (organization_id, action_id);

ALTER TABLE ONLY access.identity_providers
    ADD CONSTRAINT identity_providers_issuer_audience UNIQUE (issuer, audience);

ALTER TABLE ONLY access.identity_providers
    ADD CONSTRAINT identity_providers_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY access.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY access.organizations
    ADD CONSTRAINT organizations_slug_key UNIQUE (slug);

ALTER TABLE ONLY access.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY access.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (organization_id, token_id);

ALTER TABLE ONLY attendance.check_ins
    ADD CONSTRAINT check_ins_pkey PRIMARY KEY (event_id, check_in_id);

ALTER TABLE ONLY attendance.closure_runs
    ADD CONSTRAINT closure_runs_pkey PRIMARY KEY (event_id, run_id);

ALTER TABLE ONLY attendance.corrections
    ADD CONSTRAINT corrections_pkey PRIMARY KEY (event_id, correction_id);

ALTER TABLE ONLY attendance.device_watermarks
    ADD CONSTRAINT device_watermarks_pkey PRIMARY KEY (event_id, device_id);

ALTER TABLE ONLY attendance.door_checks
    ADD CONSTRAINT door_checks_pkey PRIMARY KEY (event_id, door_check_id);

ALTER TABLE ONLY attendance.door_checks
    ADD CONSTRAINT door_checks_scan UNIQUE (event_id, scan_id);

ALTER TABLE ONLY attendance.enrollments
    ADD CONSTRAINT enrollments_access_code UNIQUE (event_id, access_code);

ALTER TABLE ONLY attendance.enrollments
    ADD CONSTRAINT enrollments_participant UNIQUE (event_id, participant_id);

ALTER TABLE ONLY attendance.enrollments
    ADD CONSTRAINT enrollments_pkey PRIMARY KEY (event_id, enrollment_id);

ALTER TABLE ONLY attendance.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY attendance.imports
    ADD CONSTRAINT imports_pkey PRIMARY KEY (event_id, import_id);

ALTER TABLE ONLY attendance.line_items
    ADD CONSTRAINT line_items_pkey PRIMARY KEY (event_id, line_item_id);

ALTER TABLE ONLY attendance.line_items
    ADD CONSTRAINT line_items_product UNIQUE (event_id, enrollment_id, product_id);

ALTER TABLE ONLY attendance.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (event_id, enrollment_id);

ALTER TABLE ONLY attendance.participants
    ADD CONSTRAINT participants_pkey PRIMARY KEY (organization_id, participant_id);

ALTER TABLE ONLY attendance.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (event_id, product_id);

ALTER TABLE ONLY attendance.redemptions
    ADD CONSTRAINT redemptions_pkey PRIMARY KEY (event_id, redemption_id);

ALTER TABLE ONLY attendance.redemptions
    ADD CONSTRAINT redemptions_scan UNIQUE (event_id, scan_id);

ALTER TABLE ONLY attendance.reused_scans
    ADD CONSTRAINT reused_scans_pkey PRIMARY KEY (event_id, reused_scan_id);

ALTER TABLE ONLY attendance.scans
    ADD CONSTRAINT scans_pkey PRIMARY KEY (event_id, scan_id);

ALTER TABLE ONLY attendance.transitions
    ADD CONSTRAINT transitions_id UNIQUE (event_id, transition_id);

ALTER TABLE ONLY attendance.transitions
    ADD CONSTRAINT transitions_pkey PRIMARY KEY (event_id, enrollment_id, version);

ALTER TABLE ONLY attendance.withdrawn_codes
    ADD CONSTRAINT withdrawn_codes_pkey PRIMARY KEY (event_id, access_code);

ALTER TABLE ONLY audit.actors
    ADD CONSTRAINT actors_pkey PRIMARY KEY (organization_id, actor_id, event_id);

ALTER TABLE ONLY audit.progress
    ADD CONSTRAINT progress_pkey PRIMARY KEY (one);

ALTER TABLE ONLY audit.seals
    ADD CONSTRAINT seals_pkey PRIMARY KEY (organization_id, number);

ALTER TABLE ONLY notifier.alert_addresses
    ADD CONSTRAINT alert_addresses_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY notifier.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (alert_id);

ALTER TABLE ONLY notifier.dead_letter_actions
    ADD CONSTRAINT dead_letter_actions_pkey PRIMARY KEY (action_id);

ALTER TABLE ONLY notifier.dead_letters
    ADD CONSTRAINT dead_letters_once UNIQUE (source, identity);

ALTER TABLE ONLY notifier.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (letter_id);

ALTER TABLE ONLY notifier.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (delivery_id);

ALTER TABLE ONLY notifier.delivery_attempts
    ADD CONSTRAINT delivery_attempts_pkey PRIMARY KEY (delivery_id, attempt);

ALTER TABLE ONLY notifier.forgotten
    ADD CONSTRAINT forgotten_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY notifier.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY notifier.webhook_bodies
    ADD CONSTRAINT webhook_bodies_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY notifier.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (endpoint_id);

ALTER TABLE ONLY notifier.webhook_secrets
    ADD CONSTRAINT webhook_secrets_pkey PRIMARY KEY (endpoint_id, secret_id);

ALTER TABLE ONLY outbox.dead
    ADD CONSTRAINT dead_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY outbox.forgotten
    ADD CONSTRAINT forgotten_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY outbox.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (partition, sequence);

ALTER TABLE ONLY outbox.published
    ADD CONSTRAINT published_pkey PRIMARY KEY (partition, batch_id);

ALTER TABLE ONLY turnout.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (name);

CREATE INDEX actions_by_transaction ON access.actions USING btree (xid);

CREATE INDEX actions_in_order ON access.actions USING btree (organization_id, at, action_id);

CREATE INDEX actions_of_event ON access.actions USING btree (event_id, action_id) WHERE (event_id IS NOT NULL);

CREATE UNIQUE INDEX tokens_token_id ON access.tokens USING btree (token_id);

CREATE INDEX check_ins_by_annulment ON attendance.check_ins USING btree (event_id, annulled_at) WHERE (annulled_at IS NOT NULL);

CREATE INDEX check_ins_by_turning_away ON attendance.check_ins USING btree (event_id, turned_away_at) WHERE (turned_away_at IS NOT NULL);

CREATE INDEX check_ins_of_enrollment ON attendance.check_ins USING btree (event_id, enrollment_id, check_in_id);

CREATE UNIQUE INDEX closure_runs_id ON attendance.closure_runs USING btree (run_id);

CREATE INDEX closure_runs_of_organization ON attendance.closure_runs USING btree (organization_id, run_id);

CREATE UNIQUE INDEX corrections_open ON attendance.corrections USING btree (event_id) WHERE (finished_at IS NULL);

CREATE INDEX door_checks_of_enrollment ON attendance.door_checks USING btree (event_id, enrollment_id, product_id);

CREATE INDEX enrollments_by_change ON attendance.enrollments USING btree (event_id, changed_at) WHERE (changed_at IS NOT NULL);

CREATE INDEX enrollments_id ON attendance.enrollments USING btree (enrollment_id);

CREATE INDEX enrollments_of_participant ON attendance.enrollments USING btree (organization_id, participant_id);

CREATE INDEX enrollments_undecided ON attendance.enrollments USING btree (event_id, enrollment_id) WHERE undecided;

CREATE INDEX events_by_end ON attendance.events USING btree (ends_at) WHERE (cancelled_at IS NULL);

CREATE INDEX events_of_organization ON attendance.events USING btree (organization_id, event_id);

CREATE INDEX line_items_id ON attendance.line_items USING btree (line_item_id);

CREATE INDEX orders_by_change ON attendance.orders USING btree (event_id, changed_at);

CREATE INDEX participants_any_email ON attendance.participants USING btree (organization_id, lower(email));

CREATE INDEX participants_by_change ON attendance.participants USING btree (organization_id, changed_at);

CREATE UNIQUE INDEX participants_email ON attendance.participants USING btree (organization_id, lower(email)) WHERE ((external_id IS NULL) AND (erased_at IS NULL));

CREATE INDEX participants_erasure_unfinished ON attendance.participants USING btree (organization_id, participant_id) WHERE ((erased_at IS NOT NULL) AND (erasure_finished_at IS NULL));

CREATE UNIQUE INDEX participants_external_id ON attendance.participants USING btree (organization_id, external_id) WHERE (external_id IS NOT NULL);

CREATE INDEX redemptions_of_line_item ON attendance.redemptions USING btree (event_id, line_item_id);

CREATE INDEX reused_scans_in_order ON attendance.reused_scans USING btree (event_id, recorded_at, reused_scan_id);

CREATE INDEX reused_scans_unknown_code ON attendance.reused_scans USING btree (recorded_at) WHERE ((enrollment_id IS NULL) AND (access_code !~~ '(erased) %'::text));

CREATE INDEX scans_discrepant ON attendance.scans USING btree (event_id, recorded_at, scan_id) WHERE (((device_decision = 'admitted'::text) AND (refusal IS NOT NULL)) OR ((device_decision = 'turned_away'::text) AND (refusal IS NULL)));

CREATE INDEX scans_in_order ON attendance.scans USING btree (event_id, recorded_at);

CREATE INDEX scans_refused ON attendance.scans USING btree (event_id, recorded_at, scan_id) WHERE (refusal IS NOT NULL);

CREATE INDEX scans_unknown_code ON attendance.scans USING btree (recorded_at) WHERE ((enrollment_id IS NULL) AND (access_code !~~ '(erased) %'::text));

CREATE INDEX transitions_by_transaction ON attendance.transitions USING btree (xid);

CREATE INDEX transitions_corrections ON attendance.transitions USING btree (event_id, enrollment_id, version) WHERE ((from_status = ANY (ARRAY['attended'::text, 'no_show'::text])) OR ((from_status = 'confirmed'::text) AND (to_status = 'checked_in'::text) AND (triggered_by = 'admin'::text)));

CREATE INDEX transitions_in_order ON attendance.transitions USING btree (event_id, at, transition_id);

CREATE INDEX withdrawn_codes_by_time ON attendance.withdrawn_codes USING btree (event_id, withdrawn_at);

CREATE INDEX seals_by_hash ON audit.seals USING btree (hash);

CREATE UNIQUE INDEX alerts_open ON notifier.alerts USING btree (organization_id, kind) NULLS NOT DISTINCT WHERE (closed_at IS NULL);

CREATE INDEX dead_letter_actions_of_letter ON notifier.dead_letter_actions USING btree (letter_id, action_id);

CREATE INDEX dead_letters_of_organization ON notifier.dead_letters USING btree (organization_id, letter_id);

CREATE INDEX dead_letters_open ON notifier.dead_letters USING btree (organization_id, letter_id) WHERE (status = 'dead'::text);

CREATE INDEX dead_letters_with_content ON notifier.dead_letters USING btree (died_at) WHERE (body IS NOT NULL);

CREATE INDEX deliveries_due ON notifier.deliveries USING btree (channel, next_attempt_at) WHERE (status = 'pending'::text);

CREATE INDEX deliveries_due_by_endpoint ON notifier.deliveries USING btree (endpoint_id, next_attempt_at) WHERE ((status = 'pending'::text) AND (endpoint_id IS NOT NULL));

CREATE INDEX deliveries_failed ON notifier.deliveries USING btree (organization_id, delivery_id) WHERE (status = 'failed'::text);

CREATE INDEX deliveries_of_endpoint ON notifier.deliveries USING btree (endpoint_id, delivery_id) WHERE (endpoint_id IS NOT NULL);

CREATE INDEX deliveries_of_enrollment ON notifier.deliveries USING btree (enrollment_id, delivery_id);

CREATE INDEX deliveries_of_message ON notifier.deliveries USING btree (message_id);

CREATE INDEX deliveries_of_organization ON notifier.deliveries USING btree (organization_id, delivery_id);

CREATE UNIQUE INDEX deliveries_once ON notifier.deliveries USING btree (message_id, channel, template) WHERE (endpoint_id IS NULL);

CREATE UNIQUE INDEX deliveries_once_per_endpoint ON notifier.deliveries USING btree (message_id, endpoint_id) WHERE (endpoint_id IS NOT NULL);

CREATE INDEX inbox_by_age ON notifier.inbox USING brin (received_at);

CREATE INDEX webhook_bodies_by_age ON notifier.webhook_bodies USING btree (created_at);

CREATE INDEX webhook_endpoints_of_organization ON notifier.webhook_endpoints USING btree (organization_id, endpoint_id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX webhook_endpoints_url ON notifier.webhook_endpoints USING btree (organization_id, url) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX webhook_secrets_newest ON notifier.webhook_secrets USING btree (endpoint_id) WHERE (expires_at IS NULL);

CREATE UNIQUE INDEX messages_message_id ON outbox.messages USING btree (message_id);

CREATE TRIGGER actions_are_final BEFORE DELETE OR UPDATE ON access.actions FOR EACH ROW EXECUTE FUNCTION access.refuse_change();

CREATE TRIGGER actions_are_not_truncated BEFORE TRUNCATE ON access.actions FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();

CREATE TRIGGER transitions_are_final BEFORE DELETE OR UPDATE ON attendance.transitions FOR EACH ROW EXECUTE FUNCTION attendance.refuse_change();

CREATE TRIGGER transitions_are_not_truncated BEFORE TRUNCATE ON attendance.transitions FOR EACH STATEMENT EXECUTE FUNCTION attendance.refuse_change();

CREATE TRIGGER seals_are_final BEFORE DELETE OR UPDATE ON audit.seals FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();

CREATE TRIGGER seals_are_not_truncated BEFORE TRUNCATE ON audit.seals FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

ALTER TABLE ONLY access.actions
    ADD CONSTRAINT actions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES access.organizations(organization_id);

ALTER TABLE ONLY access.identity_providers
    ADD CONSTRAINT identity_providers_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES access.organizations(organization_id);

ALTER TABLE ONLY access.settings
    ADD CONSTRAINT settings_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES access.organizations(organization_id);

ALTER TABLE ONLY access.tokens
    ADD CONSTRAINT tokens_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES access.organizations(organization_id);

ALTER TABLE ONLY attendance.check_ins
    ADD CONSTRAINT check_ins_event_id_enrollment_id_fkey FOREIGN KEY (event_id, enrollment_id) REFERENCES attendance.enrollments(event_id, enrollment_id);

ALTER TABLE ONLY attendance.closure_runs
    ADD CONSTRAINT closure_runs_event_id_fkey FOREIGN KEY (event_id) REFERENCES attendance.events(event_id);

ALTER TABLE ONLY attendance.corrections
    ADD CONSTRAINT corrections_event_id_fkey FOREIGN KEY (event_id) REFERENCES attendance.events(event_id);

ALTER TABLE ONLY attendance.device_watermarks
    ADD CONSTRAINT device_watermarks_event_id_fkey FOREIGN KEY (event_id) REFERENCES attendance.events(event_id);

ALTER TABLE ONLY attendance.door_checks
    ADD CONSTRAINT door_checks_event_id_enrollment_id_fkey FOREIGN KEY (event_id, enrollment_id) REFERENCES attendance.enrollments(event_id, enrollment_id);

ALTER TABLE ONLY attendance.door_checks
    ADD CONSTRAINT door_checks_event_id_product_id_fkey FOREIGN KEY (event_id, product_id) REFERENCES attendance.products(event_id, product_id);

ALTER TABLE ONLY attendance.enrollments
    ADD CONSTRAINT enrollments_event_id_fkey FOREIGN KEY (event_id) REFERENCES attendance.events(event_id);

ALTER TABLE ONLY attendance.enrollments
    ADD CONSTRAINT enrollments_organization_id_participant_id_fkey FOREIGN KEY (organization_id, participant_id) REFERENCES attendance.participants(organization_id, participant_id);

ALTER TABLE ONLY attendance.events
    ADD CONSTRAINT events_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES access.organizations(organization_id);

ALTER TABLE ONLY attendance.imports
    ADD CONSTRAINT imports_event_id_fkey FOREIGN KEY (event_id) REFERENCES attendance.events(event_id);

ALTER TABLE ONLY attendance.line_items
    ADD CONSTRAINT line_items_event_id_enrollment_id_fkey FOREIGN KEY (event_id, enrollment_id) REFERENCES attendance.orders(event_id, enrollment_id);

ALTER TABLE ONLY attendance.line_items
    ADD CONSTRAINT line_items_event_id_product_id_fkey FOREIGN KEY (event_id, product_id) REFERENCES attendance.products(event_id, product_id);

ALTER TABLE ONLY attendance.orders
    ADD CONSTRAINT orders_event_id_enrollment_id_fkey FOREIGN KEY (event_id, enrollment_id) REFERENCES attendance.enrollments(event_id, enrollment_id);

ALTER TABLE ONLY attendance.participants
    ADD CONSTRAINT participants_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES access.organizations(organization_id);

ALTER TABLE ONLY attendance.products
    ADD CONSTRAINT products_event_id_fkey FOREIGN KEY (event_id) REFERENCES attendance.events(event_id);

ALTER TABLE ONLY attendance.redemptions
    ADD CONSTRAINT redemptions_event_id_line_item_id_fkey FOREIGN KEY (event_id, line_item_id) REFERENCES attendance.line_items(event_id, line_item_id);

ALTER TABLE ONLY attendance.transitions
    ADD CONSTRAINT transitions_event_id_enrollment_id_fkey FOREIGN KEY (event_id, enrollment_id) REFERENCES attendance.enrollments(event_id, enrollment_id);

ALTER TABLE ONLY attendance.withdrawn_codes
    ADD CONSTRAINT withdrawn_codes_event_id_enrollment_id_fkey FOREIGN KEY (event_id, enrollment_id) REFERENCES attendance.enrollments(event_id, enrollment_id);

ALTER TABLE ONLY audit.seals
    ADD CONSTRAINT seals_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES access.organizations(organization_id);

ALTER TABLE ONLY notifier.alert_addresses
    ADD CONSTRAINT alert_addresses_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES access.organizations(organization_id);

ALTER TABLE ONLY notifier.dead_letter_actions
    ADD CONSTRAINT dead_letter_actions_letter_id_fkey FOREIGN KEY (letter_id) REFERENCES notifier.dead_letters(letter_id);

ALTER TABLE ONLY notifier.deliveries
    ADD CONSTRAINT deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES notifier.webhook_endpoints(endpoint_id);

ALTER TABLE ONLY notifier.deliveries
    ADD CONSTRAINT deliveries_message_id_fkey FOREIGN KEY (message_id) REFERENCES notifier.inbox(message_id);

ALTER TABLE ONLY notifier.delivery_attempts
    ADD CONSTRAINT delivery_attempts_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES notifier.deliveries(delivery_id);

ALTER TABLE ONLY notifier.webhook_bodies
    ADD CONSTRAINT webhook_bodies_message_id_fkey FOREIGN KEY (message_id) REFERENCES notifier.inbox(message_id);

ALTER TABLE ONLY notifier.webhook_secrets
    ADD CONSTRAINT webhook_secrets_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES notifier.webhook_endpoints(endpoint_id);

GRANT USAGE ON SCHEMA access TO turnout_checkin;
GRANT USAGE ON SCHEMA access TO turnout_closure;
GRANT USAGE ON SCHEMA access TO turnout_admin;
GRANT USAGE ON SCHEMA access TO turnout_notifier;

GRANT USAGE ON SCHEMA attendance TO turnout_checkin;
GRANT USAGE ON SCHEMA attendance TO turnout_closure;
GRANT USAGE ON SCHEMA attendance TO turnout_admin;
GRANT USAGE ON SCHEMA attendance TO turnout_notifier;

GRANT USAGE ON SCHEMA audit TO turnout_admin;

GRANT USAGE ON SCHEMA notifier TO turnout_notifier;
GRANT USAGE ON SCHEMA notifier TO turnout_admin;

GRANT USAGE ON SCHEMA outbox TO turnout_checkin;
GRANT USAGE ON SCHEMA outbox TO turnout_closure;
GRANT USAGE ON SCHEMA outbox TO turnout_admin;
GRANT USAGE ON SCHEMA outbox TO turnout_notifier;

GRANT USAGE ON SCHEMA turnout TO turnout_checkin;
GRANT USAGE ON SCHEMA turnout TO turnout_closure;
GRANT USAGE ON SCHEMA turnout TO turnout_admin;
GRANT USAGE ON SCHEMA turnout TO turnout_notifier;

REVOKE ALL ON FUNCTION notifier.forget(forget_before timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION notifier.forget(forget_before timestamp with time zone, at_most integer) TO turnout_notifier;

REVOKE ALL ON FUNCTION outbox.forget(forget_before timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION outbox.forget(forget_before timestamp with time zone, at_most integer) TO turnout_admin;

REVOKE ALL ON FUNCTION outbox.send_again(dead_message_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION outbox.send_again(dead_message_id uuid) TO turnout_notifier;

GRANT SELECT,INSERT ON TABLE access.actions TO turnout_admin;
GRANT INSERT ON TABLE access.actions TO turnout_checkin;
GRANT INSERT ON TABLE access.actions TO turnout_closure;
GRANT INSERT ON TABLE access.actions TO turnout_notifier;

GRANT SELECT ON TABLE access.identity_providers TO turnout_checkin;
GRANT SELECT ON TABLE access.identity_providers TO turnout_closure;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE access.identity_providers TO turnout_admin;
GRANT SELECT ON TABLE access.identity_providers TO turnout_notifier;

GRANT SELECT ON TABLE access.organizations TO turnout_checkin;
GRANT SELECT ON TABLE access.organizations TO turnout_closure;
GRANT SELECT ON TABLE access.organizations TO turnout_admin;
GRANT SELECT ON TABLE access.organizations TO turnout_notifier;

GRANT SELECT,INSERT,UPDATE ON TABLE access.settings TO turnout_admin;
GRANT SELECT ON TABLE access.settings TO turnout_closure;
GRANT SELECT ON TABLE access.settings TO turnout_notifier;

GRANT SELECT ON TABLE access.tokens TO turnout_checkin;
GRANT SELECT ON TABLE access.tokens TO turnout_closure;
GRANT SELECT,INSERT ON TABLE access.tokens TO turnout_admin;
GRANT SELECT ON TABLE access.tokens TO turnout_notifier;

GRANT UPDATE(secret_hash) ON TABLE access.tokens TO turnout_admin;

GRANT UPDATE(revoked_at) ON TABLE access.tokens TO turnout_admin;

GRANT UPDATE(last_used_at) ON TABLE access.tokens TO turnout_checkin;
GRANT UPDATE(last_used_at) ON TABLE access.tokens TO turnout_closure;
GRANT UPDATE(last_used_at) ON TABLE access.tokens TO turnout_admin;
GRANT UPDATE(last_used_at) ON TABLE access.tokens TO turnout_notifier;

GRANT UPDATE(next_secret_hash) ON TABLE access.tokens TO turnout_admin;

GRANT UPDATE(next_secret_at) ON TABLE access.tokens TO turnout_admin;

GRANT UPDATE(next_secret_used_at) ON TABLE access.tokens TO turnout_checkin;
GRANT UPDATE(next_secret_used_at) ON TABLE access.tokens TO turnout_closure;
GRANT UPDATE(next_secret_used_at) ON TABLE access.tokens TO turnout_admin;
GRANT UPDATE(next_secret_used_at) ON TABLE access.tokens TO turnout_notifier;

GRANT UPDATE(secret_ends_at) ON TABLE access.tokens TO turnout_admin;

GRANT SELECT,INSERT ON TABLE attendance.check_ins TO turnout_checkin;
GRANT SELECT ON TABLE attendance.check_ins TO turnout_closure;
GRANT SELECT,INSERT ON TABLE attendance.check_ins TO turnout_admin;

GRANT UPDATE(annulled_at) ON TABLE attendance.check_ins TO turnout_checkin;

GRANT UPDATE(annulled_by) ON TABLE attendance.check_ins TO turnout_checkin;

GRANT UPDATE(annulment_reason) ON TABLE attendance.check_ins TO turnout_checkin;
GRANT UPDATE(annulment_reason) ON TABLE attendance.check_ins TO turnout_admin;

GRANT UPDATE(turned_away) ON TABLE attendance.check_ins TO turnout_checkin;

GRANT UPDATE(turned_away_at) ON TABLE attendance.check_ins TO turnout_checkin;

GRANT SELECT,INSERT,UPDATE ON TABLE attendance.closure_runs TO turnout_closure;
GRANT SELECT ON TABLE attendance.closure_runs TO turnout_admin;

GRANT SELECT ON TABLE attendance.enrollments TO turnout_checkin;
GRANT SELECT ON TABLE attendance.enrollments TO turnout_closure;
GRANT SELECT,INSERT ON TABLE attendance.enrollments TO turnout_admin;

GRANT UPDATE(status) ON TABLE attendance.enrollments TO turnout_checkin;
GRANT UPDATE(status) ON TABLE attendance.enrollments TO turnout_closure;
GRANT UPDATE(status) ON TABLE attendance.enrollments TO turnout_admin;

GRANT UPDATE(version) ON TABLE attendance.enrollments TO turnout_checkin;
GRANT UPDATE(version) ON TABLE attendance.enrollments TO turnout_closure;
GRANT UPDATE(version) ON TABLE attendance.enrollments TO turnout_admin;

GRANT UPDATE(access_code) ON TABLE attendance.enrollments TO turnout_admin;

GRANT UPDATE(ticket_type) ON TABLE attendance.enrollments TO turnout_admin;

GRANT UPDATE(attended_at) ON TABLE attendance.enrollments TO turnout_checkin;
GRANT UPDATE(attended_at) ON TABLE attendance.enrollments TO turnout_closure;
GRANT UPDATE(attended_at) ON TABLE attendance.enrollments TO turnout_admin;

GRANT UPDATE(verdict_by) ON TABLE attendance.enrollments TO turnout_checkin;
GRANT UPDATE(verdict_by) ON TABLE attendance.enrollments TO turnout_closure;
GRANT UPDATE(verdict_by) ON TABLE attendance.enrollments TO turnout_admin;

GRANT UPDATE(cancelled_at) ON TABLE attendance.enrollments TO turnout_checkin;
GRANT UPDATE(cancelled_at) ON TABLE attendance.enrollments TO turnout_closure;
GRANT UPDATE(cancelled_at) ON TABLE attendance.enrollments TO turnout_admin;

GRANT UPDATE(changed_at) ON TABLE attendance.enrollments TO turnout_admin;

GRANT SELECT ON TABLE attendance.events TO turnout_checkin;
GRANT SELECT ON TABLE attendance.events TO turnout_closure;
GRANT SELECT,INSERT ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(name) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(time_zone) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(starts_at) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(ends_at) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(day_boundary) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(requirement_type) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(requirement_days) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(closure_grace_minutes) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(reentry) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(admission_opens_at) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(closure_epoch) ON TABLE attendance.events TO turnout_closure;

GRANT UPDATE(closed_epoch) ON TABLE attendance.events TO turnout_closure;

GRANT UPDATE(closed_at) ON TABLE attendance.events TO turnout_closure;

GRANT UPDATE(cancelled_at) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(cancellation_reason) ON TABLE attendance.events TO turnout_admin;

GRANT UPDATE(device_grace_minutes) ON TABLE attendance.events TO turnout_admin;

GRANT SELECT ON TABLE attendance.participants TO turnout_checkin;
GRANT SELECT ON TABLE attendance.participants TO turnout_closure;
GRANT SELECT,INSERT ON TABLE attendance.participants TO turnout_admin;

GRANT UPDATE(name) ON TABLE attendance.participants TO turnout_admin;

GRANT UPDATE(email) ON TABLE attendance.participants TO turnout_admin;

GRANT UPDATE(locale) ON TABLE attendance.participants TO turnout_admin;

GRANT UPDATE(external_id) ON TABLE attendance.participants TO turnout_admin;

GRANT UPDATE(changed_at) ON TABLE attendance.participants TO turnout_admin;

GRANT UPDATE(erased_at) ON TABLE attendance.participants TO turnout_admin;

GRANT UPDATE(erasure_finished_at) ON TABLE attendance.participants TO turnout_admin;

GRANT SELECT ON TABLE attendance.contacts TO turnout_notifier;

GRANT SELECT,INSERT ON TABLE attendance.corrections TO turnout_admin;
GRANT SELECT ON TABLE attendance.corrections TO turnout_closure;

GRANT UPDATE(judged_up_to) ON TABLE attendance.corrections TO turnout_closure;

GRANT UPDATE(attended) ON TABLE attendance.corrections TO turnout_closure;

GRANT UPDATE(no_show) ON TABLE attendance.corrections TO turnout_closure;

GRANT UPDATE(error) ON TABLE attendance.corrections TO turnout_closure;

GRANT UPDATE(finished_at) ON TABLE attendance.corrections TO turnout_admin;
GRANT UPDATE(finished_at) ON TABLE attendance.corrections TO turnout_closure;

GRANT UPDATE(overtaken_by) ON TABLE attendance.corrections TO turnout_admin;

GRANT SELECT,INSERT,UPDATE ON TABLE attendance.device_watermarks TO turnout_checkin;
GRANT SELECT ON TABLE attendance.device_watermarks TO turnout_closure;
GRANT SELECT ON TABLE attendance.device_watermarks TO turnout_admin;

GRANT SELECT,INSERT ON TABLE attendance.door_checks TO turnout_checkin;
GRANT SELECT ON TABLE attendance.door_checks TO turnout_closure;
GRANT SELECT ON TABLE attendance.door_checks TO turnout_admin;

GRANT SELECT,INSERT ON TABLE attendance.reused_scans TO turnout_checkin;
GRANT SELECT ON TABLE attendance.reused_scans TO turnout_admin;

GRANT UPDATE(access_code) ON TABLE attendance.reused_scans TO turnout_admin;

GRANT UPDATE(answer_body) ON TABLE attendance.reused_scans TO turnout_admin;

GRANT UPDATE(device_decision) ON TABLE attendance.reused_scans TO turnout_checkin;

GRANT SELECT,INSERT ON TABLE attendance.scans TO turnout_checkin;
GRANT SELECT ON TABLE attendance.scans TO turnout_admin;

GRANT UPDATE(access_code) ON TABLE attendance.scans TO turnout_admin;

GRANT UPDATE(answer_body) ON TABLE attendance.scans TO turnout_admin;

GRANT UPDATE(device_decision) ON TABLE attendance.scans TO turnout_checkin;

GRANT SELECT ON TABLE attendance.refused_scans TO turnout_checkin;

GRANT SELECT ON TABLE attendance.enrollment_refusals TO turnout_admin;

GRANT SELECT,INSERT ON TABLE attendance.imports TO turnout_admin;

GRANT SELECT ON TABLE attendance.line_items TO turnout_checkin;
GRANT SELECT ON TABLE attendance.line_items TO turnout_closure;
GRANT SELECT,INSERT,DELETE ON TABLE attendance.line_items TO turnout_admin;

GRANT UPDATE(quantity) ON TABLE attendance.line_items TO turnout_admin;

GRANT SELECT ON TABLE attendance.orders TO turnout_checkin;
GRANT SELECT ON TABLE attendance.orders TO turnout_closure;
GRANT SELECT,INSERT ON TABLE attendance.orders TO turnout_admin;

GRANT UPDATE(status) ON TABLE attendance.orders TO turnout_admin;

GRANT UPDATE(changed_at) ON TABLE attendance.orders TO turnout_admin;

GRANT SELECT ON TABLE attendance.products TO turnout_checkin;
GRANT SELECT ON TABLE attendance.products TO turnout_closure;
GRANT SELECT,INSERT ON TABLE attendance.products TO turnout_admin;

GRANT SELECT,INSERT ON TABLE attendance.redemptions TO turnout_checkin;
GRANT SELECT ON TABLE attendance.redemptions TO turnout_closure;
GRANT SELECT ON TABLE attendance.redemptions TO turnout_admin;

GRANT SELECT,INSERT ON TABLE attendance.transitions TO turnout_checkin;
GRANT SELECT,INSERT ON TABLE attendance.transitions TO turnout_closure;
GRANT SELECT,INSERT ON TABLE attendance.transitions TO turnout_admin;

GRANT SELECT,INSERT,DELETE ON TABLE attendance.withdrawn_codes TO turnout_admin;
GRANT SELECT ON TABLE attendance.withdrawn_codes TO turnout_checkin;

GRANT SELECT,INSERT ON TABLE audit.actors TO turnout_admin;

GRANT SELECT,UPDATE ON TABLE audit.progress TO turnout_admin;

GRANT SELECT,INSERT ON TABLE audit.seals TO turnout_admin;

GRANT SELECT,INSERT,DELETE ON TABLE notifier.alert_addresses TO turnout_notifier;

GRANT UPDATE(email) ON TABLE notifier.alert_addresses TO turnout_notifier;

GRANT SELECT,INSERT,UPDATE ON TABLE notifier.alerts TO turnout_notifier;

GRANT SELECT,INSERT ON TABLE notifier.dead_letter_actions TO turnout_notifier;

GRANT SELECT,INSERT,UPDATE ON TABLE notifier.dead_letters TO turnout_notifier;

GRANT SELECT,INSERT,UPDATE ON TABLE notifier.deliveries TO turnout_notifier;

GRANT SELECT,INSERT ON TABLE notifier.delivery_attempts TO turnout_notifier;

GRANT SELECT,INSERT ON TABLE notifier.inbox TO turnout_notifier;

GRANT SELECT ON TABLE notifier.enrollment_deliveries TO turnout_admin;

GRANT SELECT ON TABLE notifier.forgotten TO turnout_notifier;

GRANT SELECT ON TABLE notifier.messages_to_people TO turnout_admin;

GRANT SELECT,INSERT,DELETE ON TABLE notifier.webhook_bodies TO turnout_notifier;

GRANT SELECT,INSERT ON TABLE notifier.webhook_endpoints TO turnout_notifier;

GRANT UPDATE(url) ON TABLE notifier.webhook_endpoints TO turnout_notifier;

GRANT UPDATE(event_types) ON TABLE notifier.webhook_endpoints TO turnout_notifier;

GRANT UPDATE(description) ON TABLE notifier.webhook_endpoints TO turnout_notifier;

GRANT UPDATE(disabled_at) ON TABLE notifier.webhook_endpoints TO turnout_notifier;

GRANT UPDATE(disabled_because) ON TABLE notifier.webhook_endpoints TO turnout_notifier;

GRANT UPDATE(deleted_at) ON TABLE notifier.webhook_endpoints TO turnout_notifier;

GRANT UPDATE(failures) ON TABLE notifier.webhook_endpoints TO turnout_notifier;

GRANT UPDATE(failing_since) ON TABLE notifier.webhook_endpoints TO turnout_notifier;

GRANT UPDATE(quiet_until) ON TABLE notifier.webhook_endpoints TO turnout_notifier;

GRANT SELECT,INSERT,DELETE ON TABLE notifier.webhook_secrets TO turnout_notifier;

GRANT UPDATE(expires_at) ON TABLE notifier.webhook_secrets TO turnout_notifier;

GRANT INSERT ON TABLE outbox.dead TO turnout_checkin;
GRANT INSERT ON TABLE outbox.dead TO turnout_closure;
GRANT INSERT ON TABLE outbox.dead TO turnout_admin;

GRANT SELECT ON TABLE outbox.forgotten TO turnout_admin;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE outbox.messages TO turnout_checkin;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE outbox.messages TO turnout_closure;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE outbox.messages TO turnout_admin;

GRANT INSERT ON TABLE outbox.published TO turnout_checkin;
GRANT INSERT ON TABLE outbox.published TO turnout_closure;
GRANT INSERT ON TABLE outbox.published TO turnout_admin;

GRANT SELECT ON TABLE outbox.put_aside TO turnout_notifier;
GRANT SELECT ON TABLE outbox.put_aside TO turnout_admin;

GRANT SELECT ON TABLE outbox.waiting TO turnout_notifier;

GRANT SELECT ON TABLE turnout.migrations TO turnout_checkin;
GRANT SELECT ON TABLE turnout.migrations TO turnout_closure;
GRANT SELECT ON TABLE turnout.migrations TO turnout_admin;
GRANT SELECT ON TABLE turnout.migrations TO turnout_notifier;
