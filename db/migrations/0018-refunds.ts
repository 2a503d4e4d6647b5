/** Money on its way back to where it came from. */
export const up = `
create table refunds (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  -- One act of support, which can pay several periods back.
  request_id uuid not null,
  -- What is paid back: a period of a plan, or an order.
  subscription_id uuid,
  period_index integer,
  order_id uuid references orders (id),
  provider text not null,
  payment_ref text not null,
  currency text not null,
  amount_minor bigint not null constraint refunds_amount_minor_positive check (amount_minor > 0),
  -- What that is worth to the ledger.
  amount_nanos bigint not null constraint refunds_amount_nanos_positive check (amount_nanos > 0),
  -- unknown: nobody knows whether the provider has heard of it. failed: it came back, and is the customer's balance.
  -- refused: so much of the payment is not there any more; a person has to look.
  status text not null default 'unknown' constraint refunds_status
    check (status in ('unknown', 'pending', 'succeeded', 'failed', 'refused')),
  reason text not null,
  requested_by text not null,
  -- The provider's id of it.
  refund_ref text,
  failure_code text,
  requested_at timestamptz not null default now(),
  decided_at timestamptz,
  constraint refunds_subject check (num_nonnulls(subscription_id, order_id) = 1
    and (subscription_id is null) = (period_index is null)),
  constraint refunds_period foreign key (subscription_id, period_index)
    references subscription_periods (subscription_id, period_index),
  constraint refunds_refund_ref unique (provider, refund_ref),
  -- A period's plan is gone with its refund: it is paid back once.
  constraint refunds_period_once unique (subscription_id, period_index)
);
create unique index refunds_order_one_undecided on refunds (order_id)
  where order_id is not null and status in ('unknown', 'pending');
create index refunds_undecided on refunds (account_id) where status in ('unknown', 'pending');
create index refunds_account on refunds (account_id, requested_at desc);
`;
