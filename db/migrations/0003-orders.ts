/** Orders, their timeline, and the inbox of signed provider events. */
export const up = `
create table orders (
  id uuid primary key,
  number text not null constraint orders_number unique,
  account_id uuid not null references accounts (id),
  kind text not null constraint orders_kind check (kind in ('top_up')),
  status text not null constraint orders_status check (status in (
    'created', 'link_issued', 'paid', 'credited', 'refund_pending', 'refunded', 'partly_refunded',
    'disputed', 'won', 'lost', 'expired', 'cancelled', 'failed', 'needs_review')),
  provider text not null,
  method text not null,
  idempotency_key text not null,
  input_hash bytea not null,
  -- What the customer gets when exactly the asked amount arrives.
  credit_nanos bigint not null constraint orders_credit_positive check (credit_nanos > 0),
  -- What the provider is asked to collect, in minor units of its currency.
  pay_currency text not null,
  pay_minor bigint not null constraint orders_pay_positive check (pay_minor > 0),
  checkout_ref text,
  checkout_url text,
  payment_ref text,
  paid_minor bigint,
  credited_nanos bigint not null default 0 constraint orders_credited_not_negative check (credited_nanos >= 0),
  attention_reason text,
  attention_deadline timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint orders_idempotency_key unique (account_id, idempotency_key),
  -- A checkout or a payment belongs to one order of one provider, whoever says otherwise.
  constraint orders_checkout_ref unique (provider, checkout_ref),
  constraint orders_payment_ref unique (provider, payment_ref)
);
create index orders_account on orders (account_id, created_at desc, id desc);
create index orders_attention on orders (attention_deadline) where status = 'needs_review';

create table order_events (
  id bigint generated always as identity primary key,
  account_id uuid not null,
  order_id uuid not null references orders (id),
  kind text not null,
  -- Who saw it: customer, webhook, poll, return page, support, system.
  source text not null,
  detail text,
  at timestamptz not null default now()
);
create index order_events_order on order_events (order_id, id);

create table inbox_events (
  id uuid primary key,
  provider text not null,
  event_id text not null,
  type text not null,
  payload jsonb not null,
  status text not null default 'stored' constraint inbox_events_status
    check (status in ('stored', 'processed', 'ignored', 'unmatched', 'needs_review')),
  order_id uuid references orders (id),
  outcome text,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  constraint inbox_events_once unique (provider, event_id)
);
create index inbox_events_unprocessed on inbox_events (received_at) where status = 'stored';
`;
