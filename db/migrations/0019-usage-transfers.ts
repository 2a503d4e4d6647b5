import { meterFlushFunctions } from './meter-flush/functions.ts';

/**
 * What calls paid, in a table of its own: a transfer of a batch costs a third of one in `ledger_transfers`, whose key is
 * text and whose content is hashed. And what hot tables carried for each statement: a CHECK is read anew from the
 * catalogue every time (5 µs), an index entry for each hold (2 µs).
 */
export const up = `
-- debit_id pays, usage_revenue (4) is credited. The key is the intent: usage:{batch}:{account}:{pool}. A batch has its
-- id from the proxy, and its holds are deleted with it: sent again, it posts nothing.
create table usage_transfers (
  batch_id uuid not null,
  account_id uuid not null,
  -- A pool of the account; uncollected (9) for what no pool could pay.
  debit_id bigint not null,
  amount_nanos bigint not null constraint usage_transfer_amount_positive check (amount_nanos > 0),
  created_at timestamptz not null default now(),
  primary key (batch_id, account_id, debit_id)
);
create trigger usage_transfers_append_only before update or delete on usage_transfers
  for each row execute function ledger_append_only();
create trigger usage_transfers_no_truncate before truncate on usage_transfers
  for each statement execute function ledger_append_only();

-- Usage that was posted before stays where it is: nothing posted is ever changed.
create view usage_postings as
  select batch_id::text as batch, account_id, debit_id, amount_nanos from usage_transfers
  union all
  select reference, account_id, debit_id, amount_nanos from ledger_transfers where kind = 'usage';

create or replace view ledger_entries as
  select id as transfer_id, debit_id as ledger_account_id, -amount_nanos as amount_nanos, created_at from ledger_transfers
  union all
  select id, credit_id, amount_nanos, created_at from ledger_transfers
  union all
  select batch_id, debit_id, -amount_nanos, created_at from usage_transfers
  union all
  select batch_id, 4, amount_nanos, created_at from usage_transfers;

${meterFlushFunctions}
-- Where the flush was made before.
drop function if exists meter_transfer_id;
drop function if exists meter_transfer_hash;

drop index holds_expiry;
alter table holds drop constraint holds_pools_and_amounts_match;

-- What an account is, is checked when that is written, and not whenever its balance moves.
alter table ledger_accounts drop constraint ledger_accounts_owner, drop constraint ledger_accounts_pool;
create function ledger_accounts_identity() returns trigger language plpgsql as $$
begin
  if (new.account_id is null) <> (new.pool is null) or (new.pool is null) = (new.code is null) then
    raise exception 'a ledger account is the pool of a customer, or a system account with a code'
      using errcode = 'check_violation', constraint = 'ledger_accounts_owner';
  end if;
  if new.pool not in ('main', 'backup', 'voucher', 'wallet', 'referral') then
    raise exception 'there is no pool %', new.pool using errcode = 'check_violation', constraint = 'ledger_accounts_pool';
  end if;
  new.spend_order := case new.pool when 'main' then 1 when 'backup' then 2 when 'voucher' then 3 when 'wallet' then 4 end;
  return new;
end $$;
drop trigger ledger_accounts_spend_order on ledger_accounts;
drop function set_spend_order;
create trigger ledger_accounts_identity before insert or update of account_id, pool, code, spend_order on ledger_accounts
  for each row execute function ledger_accounts_identity();
`;
