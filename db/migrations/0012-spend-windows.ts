/**
 * Caps, budgets and key limits: how much was used and is held in a span of time. A hold and a settlement change the
 * counters in the transaction that moves the money, so that no proxy can pass a limit that another one has filled.
 */
export const up = `
create table spend_windows (
  id bigint generated always as identity primary key,
  account_id uuid not null,
  -- daily_cap and weekly_cap count credits of main and backup, plan_budget our cost of what they paid, key_limit what a
  -- key's calls were charged, daily_requests calls.
  scope text not null constraint spend_windows_scope
    check (scope in ('daily_cap', 'weekly_cap', 'plan_budget', 'daily_requests', 'key_limit')),
  -- The subscription, the key, or the account: what the limit belongs to.
  subject uuid not null,
  starts_at timestamptz not null,
  used bigint not null default 0 constraint spend_windows_used_not_negative check (used >= 0),
  held bigint not null default 0 constraint spend_windows_held_not_negative check (held >= 0),
  constraint spend_windows_once unique (account_id, scope, subject, starts_at)
) with (fillfactor = 70);
-- For the sweep that forgets old ones.
create index spend_windows_age on spend_windows (starts_at);

-- window_amounts[i] is held in window_ids[i]. null: the call has no limits but money.
alter table holds add column window_ids bigint[], add column window_amounts bigint[];
-- In which windows the call counts.
alter table usage_events add column window_ids bigint[];

-- What a settled call counts in a window. One place: ledger:check uses it too. The plan is main and backup.
create function window_use(p_scope text, p_outcome text, p_charge bigint, p_cost bigint, p_plan bigint, p_paid bigint)
returns bigint language sql immutable as $$
  select case p_scope
    when 'daily_requests' then (p_outcome in ('finished', 'caller_left', 'broken'))::integer::bigint
    when 'key_limit' then p_paid
    -- Of a call that several pools paid, the plan's part of the cost.
    when 'plan_budget' then case when p_plan = 0 then 0 else ceil(p_cost::numeric * p_plan / p_charge)::bigint end
    else p_plan
  end
$$;
`;
