/** Plans as data, and the little that the proxy must know about a subscription. */
export const up = `
create table plans (
  id text primary key,
  name text not null,
  position integer not null,
  -- Whether it is sold. A plan that is not goes on for those who have it.
  enabled boolean not null default true
);

-- Terms are pinned when bought: a change is a new row, a subscription names the version that it runs on.
-- Credits are money at face value: 100 credits are one dollar, 10,000,000 nanos each.
create table plan_versions (
  version bigint generated always as identity primary key,
  plan_id text not null references plans (id),
  effective_from timestamptz not null default now(),
  price_nanos bigint not null,
  -- One payment, one period, no renewal; null: not sold as a pass.
  pass_price_nanos bigint,
  base_nanos bigint not null default 0,
  bonus_percent integer not null default 0,
  backup_nanos bigint not null default 0,
  backup_refill text not null default 'every_period' constraint plan_versions_backup_refill
    check (backup_refill in ('every_period', 'once')),
  -- Of credits of main and backup together, from midnight to midnight in the account's time zone. null: no cap.
  daily_cap_nanos bigint,
  -- Of calls, for a plan without credits.
  daily_cap_requests bigint,
  -- Of credits, every seven days from the period's start.
  weekly_cap_nanos bigint,
  -- What the calls paid by the plan may cost us in a period.
  budget_nanos bigint,
  requests_per_minute integer,
  tokens_per_minute bigint,
  model_access text not null constraint plan_versions_model_access check (model_access in ('free', 'all')),
  constraint plan_versions_not_negative check (least(price_nanos, pass_price_nanos, base_nanos, bonus_percent,
    backup_nanos, daily_cap_nanos, daily_cap_requests, weekly_cap_nanos, budget_nanos) >= 0),
  constraint plan_versions_rates_positive check (least(requests_per_minute, tokens_per_minute) > 0)
);
create index plan_versions_current on plan_versions (plan_id, effective_from desc, version desc);
create trigger plan_versions_notify after insert or update or delete on plan_versions
  for each statement execute function notify_catalog_change();

insert into plans (id, name, position) values
  ('free', 'Free', 0), ('starter', 'Starter', 1), ('premium', 'Premium', 2), ('pro', 'Pro', 3), ('master', 'Master', 4),
  ('ultra', 'Ultra', 5);
insert into plan_versions (plan_id, effective_from, price_nanos, daily_cap_requests, requests_per_minute, model_access)
  values ('free', 'epoch', 0, 1000, 1, 'free');
insert into plan_versions (plan_id, effective_from, price_nanos, pass_price_nanos, base_nanos, bonus_percent, backup_nanos,
    daily_cap_nanos, weekly_cap_nanos, budget_nanos, requests_per_minute, model_access)
  select id, 'epoch', usd * 1000000000, usd * 1000000000, usd * 1000000000, 20, 3 * usd * 1000000000,
         usd * 100000000, usd * 300000000, 10 * usd * 1000000000, rate, 'all'
    from (values ('starter', 10::bigint, 20), ('premium', 25, 40), ('pro', 50, 60), ('master', 100, 80),
      ('ultra', 200, 120)) as plan (id, usd, rate);

create table subscriptions (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  plan_version bigint not null references plan_versions (version),
  kind text not null default 'renewing' constraint subscriptions_kind check (kind in ('renewing', 'pass')),
  -- past_due: the renewal was not paid yet; benefits go on until ends_at.
  status text not null constraint subscriptions_status check (status in ('active', 'past_due', 'ended')),
  -- When the first period began: renewals keep its day of the month.
  anchor_at timestamptz not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  -- From then on the account is Free, whether or not anybody has written that down yet. null: not known to end.
  ends_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint subscriptions_period check (period_start < period_end)
);
create unique index subscriptions_one_live on subscriptions (account_id) where status <> 'ended';
create index subscriptions_account on subscriptions (account_id, created_at desc);

create function notify_subscription_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('account_changed', coalesce(new.account_id, old.account_id)::text);
  return null;
end $$;
create trigger subscriptions_notify after insert or update or delete on subscriptions
  for each row execute function notify_subscription_change();

-- Paid from the customer's own money whatever the plan.
alter table models
  add column wallet_only boolean not null default false,
  add constraint models_wallet_only_is_not_free check (not (free and wallet_only));
`;
