/**
 * What a subscription needs to be bought, renewed, switched and ended. Times of a subscription are its account's own
 * time, which only a sandbox account's clock moves away from everybody's (docs/subscriptions.md).
 */
export const up = `
alter table accounts
  add column sandbox boolean not null default false,
  -- How far the account's time is ahead of the clock on the wall.
  add column clock_offset_ms bigint not null default 0,
  add constraint accounts_clock_of_sandboxes_only check (clock_offset_ms >= 0 and (sandbox or clock_offset_ms = 0));

-- Where an account's card is kept. Of the card itself only what a receipt shows.
create table payment_methods (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  provider text not null,
  customer_ref text not null,
  method_ref text not null,
  brand text not null,
  last4 text not null,
  expires_month integer not null,
  expires_year integer not null,
  created_at timestamptz not null default now(),
  removed_at timestamptz,
  constraint payment_methods_method_ref unique (provider, method_ref)
);
create index payment_methods_account on payment_methods (account_id, created_at desc);

-- One attempt to save a card without paying.
create table card_setups (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  provider text not null,
  checkout_ref text,
  checkout_url text,
  status text not null default 'open' constraint card_setups_status check (status in ('open', 'complete', 'expired')),
  payment_method_id uuid references payment_methods (id),
  idempotency_key text not null,
  created_at timestamptz not null default now(),
  constraint card_setups_idempotency_key unique (account_id, idempotency_key),
  constraint card_setups_checkout_ref unique (provider, checkout_ref)
);

alter table subscriptions
  -- Where the clock on the wall is that renewals keep; pinned, so that moving house moves no period.
  add column time_zone text not null default 'UTC',
  -- Months since the anchor, where a period that was paid late began the count anew.
  add column anchor_index integer not null default 0,
  add column period_index integer not null default 0,
  -- What was paid for the current period.
  add column price_nanos bigint not null default 0,
  -- pull: we charge the saved card. provider_run: the provider charges. invoice: the customer pays an order.
  add column renewal text not null default 'invoice' constraint subscriptions_renewal
    check (renewal in ('pull', 'provider_run', 'invoice')),
  add column payment_method_id uuid references payment_methods (id),
  add column provider text,
  add column provider_subscription_ref text,
  add column main_pool_id bigint references ledger_accounts (id),
  add column backup_pool_id bigint references ledger_accounts (id),
  -- Cancelled: the paid period is the last one.
  add column cancelled_at timestamptz,
  -- From the next period on: a downgrade that loses nothing, or a pass that goes on as a plan.
  add column next_plan_id text references plans (id),
  -- By the clock on the wall: when something falls due. null: nothing does.
  add column wake_at timestamptz,
  add column ended_because text,
  add constraint subscriptions_provider_subscription unique (provider, provider_subscription_ref),
  add constraint subscriptions_provider_run_is_named
    check (renewal <> 'provider_run' or provider_subscription_ref is not null);
create index subscriptions_due on subscriptions (wake_at, id) where wake_at is not null;

-- One row a period, from the moment that it is due or paid ahead. It is what renews once.
create table subscription_periods (
  subscription_id uuid not null references subscriptions (id),
  period_index integer not null,
  account_id uuid not null references accounts (id),
  plan_version bigint not null references plan_versions (version),
  kind text not null constraint subscription_periods_kind check (kind in ('renewing', 'pass')),
  -- due: not paid. paid: paid ahead, begins later. granted: its credits are posted. skipped, unpaid: it never began.
  status text not null constraint subscription_periods_status
    check (status in ('due', 'paid', 'granted', 'skipped', 'unpaid')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  price_nanos bigint not null,
  -- Why it is not paid yet, or was skipped: declined, needs_authentication, charge_unknown, awaiting_payment, ...
  reason text,
  -- order, charge, provider_subscription, or by_hand.
  paid_by text,
  -- The order, the charge, the provider's payment, or the audit entry.
  paid_ref text,
  paid_at timestamptz,
  main_pool_id bigint references ledger_accounts (id),
  base_nanos bigint not null default 0,
  bonus_nanos bigint not null default 0,
  backup_nanos bigint not null default 0,
  created_at timestamptz not null default now(),
  primary key (subscription_id, period_index),
  constraint subscription_periods_span check (starts_at < ends_at),
  constraint subscription_periods_paid_once unique (paid_by, paid_ref)
);
create index subscription_periods_account on subscription_periods (account_id, starts_at desc);

-- One attempt to take a period's price from a saved card. The next one starts only when this one is known.
create table charges (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  subscription_id uuid not null references subscriptions (id),
  period_index integer not null,
  attempt integer not null,
  status text not null default 'unknown' constraint charges_status
    check (status in ('unknown', 'processing', 'succeeded', 'declined', 'needs_authentication')),
  provider text not null,
  payment_method_id uuid not null references payment_methods (id),
  currency text not null,
  amount_minor bigint not null constraint charges_amount_positive check (amount_minor > 0),
  payment_ref text,
  decline_code text,
  -- In the account's time, which the ladder of retries counts in.
  due_at timestamptz not null,
  requested_at timestamptz not null default now(),
  -- Claimed by whoever sends it. From then on it is only asked about.
  sent_at timestamptz,
  decided_at timestamptz,
  constraint charges_attempt unique (subscription_id, period_index, attempt),
  constraint charges_payment_ref unique (provider, payment_ref)
);
-- Of an account, so that one that outlives its subscription is asked about too.
create unique index charges_one_undecided on charges (account_id) where status in ('unknown', 'processing');

alter table orders
  drop constraint orders_kind,
  add constraint orders_kind check (kind in ('top_up', 'plan', 'pass', 'switch', 'renewal')),
  -- What is bought, in the terms of that day.
  add column plan_version bigint references plan_versions (version),
  -- The subscription that a renewal pays, or that a switch leaves.
  add column subscription_id uuid references subscriptions (id),
  add column period_index integer,
  add column buys text constraint orders_buys check (buys in ('renewing', 'pass')),
  add column renewal text constraint orders_renewal check (renewal in ('pull', 'provider_run', 'invoice')),
  -- Of a payment that began a subscription at the provider.
  add column provider_subscription_ref text,
  -- What became of the money: activated, appended, switched, renewed, or wallet.
  add column fulfilled_as text,
  add constraint orders_buy_a_plan check ((kind = 'top_up') = (plan_version is null));

-- A closed pool keeps what calls in flight hold of it, until they are over.
alter table ledger_accounts add column emptied_at timestamptz;
create index ledger_accounts_leftovers on ledger_accounts (id)
  where closed_at is not null and emptied_at is null;

insert into ledger_accounts (id, code) overriding system value values (10, 'plan_sales');

-- Of an event about a charge: what it says of which. The charge's own answer has usually said so before.
alter table inbox_events add column charge_id uuid, add column charge_status text;

-- What the customer is to be told. Written with what it tells, sent afterwards, once however often its step runs.
create table notices (
  account_id uuid not null references accounts (id),
  key text not null,
  subject text not null,
  body text not null,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  primary key (account_id, key)
);
create index notices_unsent on notices (created_at) where sent_at is null;
`;
