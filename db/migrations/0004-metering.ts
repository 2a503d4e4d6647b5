/** Models and prices, upstreams, holds and the usage sub-ledger. */
export const up = `
create table models (
  id text primary key,
  enabled boolean not null default true,
  free boolean not null default false,
  -- The most output tokens one call can ask for; prices the hold of a call that names no limit.
  max_output_tokens bigint not null default 4096 constraint models_max_output_positive check (max_output_tokens > 0),
  created_at timestamptz not null default now()
);

-- Versions: a change is a new row, a usage row names the version that priced it.
-- Prices are nanos per million tokens: $0.15 per 1M is 150000000. per_call_nanos is nanos a call.
-- A bucket without a price of its own (null) costs what input, or output, costs: a forgotten price is never free.
create table model_prices (
  version bigint generated always as identity primary key,
  model_id text not null references models (id),
  effective_from timestamptz not null default now(),
  input_nanos bigint not null default 0,
  output_nanos bigint not null default 0,
  cache_read_nanos bigint,
  cache_write_5m_nanos bigint,
  cache_write_1h_nanos bigint,
  image_input_nanos bigint,
  image_output_nanos bigint,
  audio_input_nanos bigint,
  audio_output_nanos bigint,
  per_call_nanos bigint not null default 0,
  -- Cost is charge at the cost price: parts per million of the list price.
  cost_ppm bigint not null default 1000000 constraint model_prices_cost_not_negative check (cost_ppm >= 0),
  multiplier_ppm bigint not null default 1000000 constraint model_prices_multiplier_not_negative check (multiplier_ppm >= 0),
  constraint model_prices_not_negative check (least(input_nanos, output_nanos, cache_read_nanos, cache_write_5m_nanos,
    cache_write_1h_nanos, image_input_nanos, image_output_nanos, audio_input_nanos, audio_output_nanos, per_call_nanos) >= 0)
);
create index model_prices_current on model_prices (model_id, effective_from desc, version desc);

create table price_groups (
  id text primary key,
  multiplier_ppm bigint not null default 1000000 constraint price_groups_multiplier_not_negative check (multiplier_ppm >= 0)
);
insert into price_groups (id) values ('default');
alter table accounts add constraint accounts_price_group foreign key (price_group) references price_groups (id);

create table upstreams (
  id text primary key,
  -- The wire format it speaks.
  kind text not null default 'openai' constraint upstreams_kind check (kind in ('openai', 'anthropic')),
  base_url text not null,
  -- AES-256-GCM under ENCRYPTION_KEY; null: the upstream needs no key.
  encrypted_key bytea,
  enabled boolean not null default true,
  timeout_seconds integer not null default 120,
  created_at timestamptz not null default now()
);

create table upstream_models (
  model_id text not null references models (id),
  upstream_id text not null references upstreams (id),
  -- What the upstream calls it; null: the same.
  upstream_model text,
  -- Where a lowered output limit goes: OpenAI's reasoning models refuse max_tokens, most others know nothing else.
  max_tokens_field text not null default 'max_tokens' constraint upstream_models_max_tokens_field
    check (max_tokens_field in ('max_tokens', 'max_completion_tokens')),
  -- Lower first; among equals by weight.
  priority integer not null default 0,
  weight integer not null default 1 constraint upstream_models_weight_positive check (weight > 0),
  primary key (model_id, upstream_id)
);

create function notify_catalog_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('catalog_changed', '');
  return null;
end $$;
create trigger models_notify after insert or update or delete on models for each statement execute function notify_catalog_change();
create trigger model_prices_notify after insert or update or delete on model_prices for each statement execute function notify_catalog_change();
create trigger price_groups_notify after insert or update or delete on price_groups for each statement execute function notify_catalog_change();
create trigger upstreams_notify after insert or update or delete on upstreams for each statement execute function notify_catalog_change();
create trigger upstream_models_notify after insert or update or delete on upstream_models for each statement execute function notify_catalog_change();

-- The most a call in flight may cost, taken from its pools in spend order: ledger_account_ids[i] holds amounts_nanos[i].
create table holds (
  id uuid primary key,
  account_id uuid not null,
  ledger_account_ids bigint[] not null,
  amounts_nanos bigint[] not null,
  api_key_id uuid not null,
  model_id text not null,
  -- For the log of a call that never ended.
  route text not null,
  streamed boolean not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint holds_pools_and_amounts_match check (cardinality(ledger_account_ids) = cardinality(amounts_nanos))
);
create index holds_expiry on holds (expires_at);

-- One row a call, keyed by a server-made UUIDv7: unique over all partitions, and a time range is an id range.
create table usage_events (
  id uuid not null primary key,
  account_id uuid not null,
  api_key_id uuid not null,
  model_id text not null,
  price_version bigint,
  upstream_id text,
  route text not null,
  streamed boolean not null,
  -- finished | refused | upstream_failed | caller_left | broken | voided (spec.md section 6)
  outcome text not null,
  estimated boolean not null default false,
  http_status integer,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cache_read_tokens bigint not null default 0,
  cache_write_5m_tokens bigint not null default 0,
  cache_write_1h_tokens bigint not null default 0,
  image_input_tokens bigint not null default 0,
  image_output_tokens bigint not null default 0,
  audio_input_tokens bigint not null default 0,
  audio_output_tokens bigint not null default 0,
  charge_nanos bigint not null default 0,
  cost_nanos bigint not null default 0,
  main_nanos bigint not null default 0,
  backup_nanos bigint not null default 0,
  voucher_nanos bigint not null default 0,
  wallet_nanos bigint not null default 0,
  uncollected_nanos bigint not null default 0,
  -- The settlement batch: its transfers have keys usage:{batch_id}:{pool's ledger account}.
  batch_id uuid,
  started_at timestamptz not null,
  first_byte_ms integer,
  duration_ms integer,
  constraint usage_charge_is_accounted_for check
    (charge_nanos = main_nanos + backup_nanos + voucher_nanos + wallet_nanos + uncollected_nanos),
  -- And with its parts the charge. One check: each is read anew from the catalogue by every statement.
  constraint usage_parts_not_negative check
    (least(main_nanos, backup_nanos, voucher_nanos, wallet_nanos, uncollected_nanos, cost_nanos) >= 0)
) partition by range (id);
create index usage_events_account on usage_events (account_id, id desc);
create table usage_events_default partition of usage_events default;

-- The smallest UUIDv7 of an instant: partition bounds and time filters are id ranges.
create function uuid_at(at timestamptz) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;

-- Makes the partitions of this month and the months after it. Safe to call from many processes.
create function ensure_usage_partitions(months_ahead integer) returns void language plpgsql as $$
declare
  first_day date := date_trunc('month', now() at time zone 'UTC')::date;
  month_start date;
  name text;
begin
  perform pg_advisory_xact_lock(hashtext('ensure_usage_partitions'));
  for i in 0..months_ahead loop
    month_start := (first_day + make_interval(months => i))::date;
    name := 'usage_events_' || to_char(month_start, 'YYYY_MM');
    if to_regclass(name) is null then
      execute format('create table %I partition of usage_events for values from (%L) to (%L)', name,
        uuid_at(month_start::timestamp at time zone 'UTC'),
        uuid_at((month_start + interval '1 month')::timestamp at time zone 'UTC'));
    end if;
  end loop;
end $$;
select ensure_usage_partitions(3);
`;
