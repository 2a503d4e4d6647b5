/** The double-entry ledger. docs/ledger.md explains accounts, signs and invariants. */
export const up = `
create table ledger_accounts (
  id bigint generated always as identity (start with 1000) primary key,
  -- Exactly one of the two: a customer's pool, or a system account known by its code.
  account_id uuid references accounts (id),
  pool text constraint ledger_accounts_pool check (pool in ('main', 'backup', 'voucher', 'wallet', 'referral')),
  code text constraint ledger_accounts_code unique,
  -- Calls draw pools by this order, then by expiry. Referral has none: it is not spendable. Set by a trigger: a stored
  -- generated column would be worked out again whenever a balance moves.
  spend_order smallint,
  expires_at timestamptz,
  closed_at timestamptz,
  posted_nanos bigint not null default 0,
  held_nanos bigint not null default 0,
  created_at timestamptz not null default now(),
  constraint ledger_accounts_owner check ((account_id is null) = (pool is null) and (pool is null) = (code is not null)),
  constraint pool_never_negative check (posted_nanos - held_nanos >= 0),
  constraint held_never_negative check (held_nanos >= 0),
  -- A system account's balance is a sum over transfers: a balance row would be one lock for everybody.
  constraint system_account_keeps_no_balance check (code is null or (posted_nanos = 0 and held_nanos = 0))
) with (fillfactor = 70);
create function set_spend_order() returns trigger language plpgsql as $$
begin
  new.spend_order := case new.pool when 'main' then 1 when 'backup' then 2 when 'voucher' then 3 when 'wallet' then 4 end;
  return new;
end $$;
create trigger ledger_accounts_spend_order before insert or update of pool, spend_order on ledger_accounts
  for each row execute function set_spend_order();
create unique index ledger_accounts_single_pool on ledger_accounts (account_id, pool) where pool in ('wallet', 'referral');
create index ledger_accounts_spend on ledger_accounts (account_id, spend_order, expires_at, id) where closed_at is null;

-- One row is one transfer between two accounts: its two entries sum to zero by construction.
create table ledger_transfers (
  id uuid primary key,
  idempotency_key text not null constraint ledger_transfers_idempotency_key unique,
  -- Over the content: the same key with another content is an error.
  input_hash bytea not null,
  kind text not null,
  reference text not null,
  -- The customer concerned; null only between two system accounts.
  account_id uuid,
  -- No foreign keys: the row lock they take on a system account would be shared by every writer.
  -- Customer pools are locked and changed by the trigger below; ledger:check finds dangling ids.
  debit_id bigint not null,
  credit_id bigint not null,
  amount_nanos bigint not null constraint transfer_amount_positive check (amount_nanos > 0),
  corrects_id uuid references ledger_transfers (id),
  created_at timestamptz not null default now(),
  constraint transfer_between_two_accounts check (debit_id <> credit_id)
);
-- Usage is looked up in usage_events, which names the batch: its transfers need no index but the key.
create index ledger_transfers_account on ledger_transfers (account_id, created_at) where kind <> 'usage';
create index ledger_transfers_reference on ledger_transfers (reference) where kind <> 'usage';

create view ledger_entries as
  select id as transfer_id, debit_id as ledger_account_id, -amount_nanos as amount_nanos, created_at from ledger_transfers
  union all
  select id, credit_id, amount_nanos, created_at from ledger_transfers;

-- Balances move only because a transfer was written, in the same statement, in id order (no deadlocks). A flush of
-- the proxy (meter_flush) has the pools locked and moves them itself, once for all that its calls did to them.
create function ledger_move_balances() returns trigger language plpgsql as $$
begin
  perform 1 from ledger_accounts a where a.id in (new.debit_id, new.credit_id) and a.account_id is not null
    order by a.id for no key update;
  update ledger_accounts a
     set posted_nanos = a.posted_nanos + case a.id when new.credit_id then new.amount_nanos else -new.amount_nanos end
   where a.id in (new.debit_id, new.credit_id) and a.account_id is not null;
  return null;
end $$;
create trigger ledger_transfers_move_balances after insert on ledger_transfers
  for each row when (new.kind <> 'usage') execute function ledger_move_balances();

create function ledger_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'ledger transfers are never changed: post a correcting transfer'
    using errcode = 'restrict_violation', constraint = 'ledger_append_only';
end $$;
create trigger ledger_transfers_append_only before update or delete on ledger_transfers
  for each row execute function ledger_append_only();
create trigger ledger_transfers_no_truncate before truncate on ledger_transfers
  for each statement execute function ledger_append_only();

insert into ledger_accounts (id, code) overriding system value values
  (1, 'plan_grants'), (2, 'bonus_grants'), (3, 'expired_credits'), (4, 'usage_revenue'),
  (5, 'provider_fees'), (6, 'refunds'), (7, 'referral_expense'), (8, 'voucher_expense'), (9, 'uncollected'),
  (20, 'provider_clearing:stripe'), (21, 'provider_clearing:creem'), (22, 'provider_clearing:nowpayments'),
  (23, 'provider_clearing:epay'), (24, 'provider_clearing:waffo');
`;
