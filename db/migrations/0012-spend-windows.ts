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

create type window_hold as (call_id uuid, window_ids bigint[], amounts bigint[]);

-- What a settled call counts in a window. One place: ledger:check uses it too.
create function window_use(p_scope text, p_call usage_events) returns bigint language sql stable as $$
  select case p_scope
    when 'daily_requests' then (p_call.outcome in ('finished', 'caller_left', 'broken'))::integer::bigint
    when 'key_limit' then p_call.charge_nanos - p_call.uncollected_nanos
    -- Of a call that several pools paid, the plan's part of the cost.
    when 'plan_budget' then case when p_call.main_nanos + p_call.backup_nanos = 0 then 0 else
      ceil(p_call.cost_nanos::numeric * (p_call.main_nanos + p_call.backup_nanos) / p_call.charge_nanos)::bigint end
    else p_call.main_nanos + p_call.backup_nanos
  end
$$;

-- What was held becomes what was used.
create function meter_settle_windows(p_holds window_hold[]) returns void language plpgsql as $$
declare
  v_windows bigint[] := array(select distinct unnest(h.window_ids) from unnest(p_holds) h);
begin
  perform 1 from spend_windows w where w.id = any (v_windows) order by w.id for no key update;
  update spend_windows w set held = w.held - m.held, used = w.used + m.used
    from (
      select p.window_id, sum(p.amount)::bigint as held, sum(window_use(s.scope, u))::bigint as used
        from unnest(p_holds) h
       cross join lateral unnest(h.window_ids, h.amounts) as p (window_id, amount)
        join spend_windows s on s.id = p.window_id
        join usage_events u on u.id = h.call_id
       group by p.window_id
    ) m
   where w.id = m.window_id;
end $$;
`;
