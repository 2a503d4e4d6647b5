/**
 * Holds of calls that more than money limits: caps, budgets and key limits, pools that may not pay. They are decided
 * one after the other in memory and written together; calls without such limits never come here.
 */
export const up = `
-- A null start means: no such limit.
create type limited_hold as (
  id uuid, account_id uuid, amount_nanos bigint, api_key_id uuid, model_id text, route text, streamed boolean,
  hold_seconds integer,
  -- The most that the call can cost us.
  cost_nanos bigint,
  -- Whether main and backup, and whether the wallet, may pay.
  plan_pays boolean, wallet_pays boolean,
  -- Beyond its rate limit: it runs only if the customer's own money could pay for it.
  lane_only boolean,
  -- The subscription, or the account that has none.
  subject uuid,
  daily_start timestamptz, daily_cap bigint, weekly_start timestamptz, weekly_cap bigint,
  period_start timestamptz, budget bigint, requests_start timestamptz, requests_cap bigint,
  key_start timestamptz, key_limit bigint
);

create function limited_windows(p_holds limited_hold[])
returns table (account_id uuid, scope text, subject uuid, starts_at timestamptz) language sql stable as $$
  select distinct h.account_id, w.scope, w.subject, w.starts_at
    from unnest(p_holds) h cross join lateral (values
      ('daily_cap', h.subject, h.daily_start), ('weekly_cap', h.subject, h.weekly_start),
      ('plan_budget', h.subject, h.period_start), ('daily_requests', h.subject, h.requests_start),
      ('key_limit', h.api_key_id, h.key_start)) as w (scope, subject, starts_at)
   where w.starts_at is not null
$$;

-- Makes the windows that are new and locks all that these calls touch. After the pools, in an order that all share.
create function meter_lock_windows(p_calls metered_call[], p_holds limited_hold[]) returns void language plpgsql as $$
declare
  v_calls uuid[] := array(select c.id from unnest(p_calls) c);
  v_windows bigint[];
begin
  insert into spend_windows (account_id, scope, subject, starts_at)
    select l.* from limited_windows(p_holds) l
     where not exists (select from spend_windows w where w.account_id = l.account_id and w.scope = l.scope
                          and w.subject = l.subject and w.starts_at = l.starts_at)
     order by 1, 2, 3, 4
  on conflict do nothing;
  v_windows := array(
    select w.id from limited_windows(p_holds) l join spend_windows w
      on w.account_id = l.account_id and w.scope = l.scope and w.subject = l.subject and w.starts_at = l.starts_at
    union
    select unnest(h.window_ids) from holds h where h.id = any (v_calls));
  perform 1 from spend_windows w where w.id = any (v_windows) order by w.id for no key update;
end $$;

-- The calls that were not accepted, with the first limit that stands in the way and the most that it could hold:
-- daily_cap_reached, weekly_cap_reached, plan_budget_exhausted, key_limit_reached, refused (funds), or lane_closed:
-- the call needed money of the customer's own, and there is none. Call only with locked pools and windows.
create function meter_hold_limited(p_holds limited_hold[], p_pools bigint[])
returns table (id uuid, answer text, available_nanos bigint) language plpgsql as $$
#variable_conflict use_column
declare
  v_known uuid[] := array(select h.id from holds h where h.id = any (array(select a.id from unnest(p_holds) a)));
  v_holds holds[] := '{}';
  v_hold holds;
  c record;
  -- Of the account in hand: its pools in spend order, and what its windows got in this batch.
  v_account uuid;
  v_pools bigint[];
  v_free bigint[];
  v_kinds text[];
  v_seen bigint[];
  v_added bigint[];
  v_plan bigint;
  v_own bigint;
  v_owned boolean;
  v_daily bigint;
  v_weekly bigint;
  v_budget bigint;
  v_budget_room bigint;
  v_key bigint;
  v_room bigint;
  v_answer text;
  v_left bigint;
  v_take bigint;
  v_position integer;
begin
  for c in
    select h.*, d.id as daily_id, d.used + d.held as daily_taken, w.id as weekly_id, w.used + w.held as weekly_taken,
           b.id as budget_id, b.used + b.held as budget_taken, r.id as requests_id, r.used + r.held as requests_taken,
           k.id as key_id, k.used + k.held as key_taken
      from unnest(p_holds) with ordinality h
      left join spend_windows d on d.account_id = h.account_id and d.scope = 'daily_cap' and d.subject = h.subject
       and d.starts_at = h.daily_start
      left join spend_windows w on w.account_id = h.account_id and w.scope = 'weekly_cap' and w.subject = h.subject
       and w.starts_at = h.weekly_start
      left join spend_windows b on b.account_id = h.account_id and b.scope = 'plan_budget' and b.subject = h.subject
       and b.starts_at = h.period_start
      left join spend_windows r on r.account_id = h.account_id and r.scope = 'daily_requests' and r.subject = h.subject
       and r.starts_at = h.requests_start
      left join spend_windows k on k.account_id = h.account_id and k.scope = 'key_limit' and k.subject = h.api_key_id
       and k.starts_at = h.key_start
     where h.id <> all (v_known)
     order by h.account_id, h.ordinality
  loop
    if c.account_id is distinct from v_account then
      v_account := c.account_id;
      v_seen := '{}';
      v_added := '{}';
      select coalesce(array_agg(a.id order by a.spend_order, a.expires_at, a.id), '{}'),
             array_agg(a.posted_nanos - a.held_nanos order by a.spend_order, a.expires_at, a.id),
             array_agg(a.pool order by a.spend_order, a.expires_at, a.id)
        into v_pools, v_free, v_kinds
        from ledger_accounts a
       where a.account_id = v_account and a.closed_at is null and a.spend_order is not null and a.posted_nanos > 0
         and (a.expires_at is null or a.expires_at > now()) and array_position(p_pools, a.id) is not null;
    end if;
    v_plan := 0;
    v_own := 0;
    v_owned := false;
    for i in 1 .. cardinality(v_pools) loop
      if v_kinds[i] in ('main', 'backup') then
        if c.plan_pays then
          v_plan := v_plan + v_free[i];
        end if;
      elsif v_kinds[i] = 'voucher' or c.wallet_pays then
        v_own := v_own + v_free[i];
        v_owned := true;
      end if;
    end loop;
    -- null is no limit. greatest would pass a null over: it is asked for only where there is a limit.
    v_daily := case when c.daily_cap is not null then
      greatest(c.daily_cap - c.daily_taken - coalesce(v_added[array_position(v_seen, c.daily_id)], 0), 0) end;
    v_weekly := case when c.weekly_cap is not null then
      greatest(c.weekly_cap - c.weekly_taken - coalesce(v_added[array_position(v_seen, c.weekly_id)], 0), 0) end;
    v_budget := case when c.budget is not null then
      greatest(c.budget - c.budget_taken - coalesce(v_added[array_position(v_seen, c.budget_id)], 0), 0) end;
    v_key := case when c.key_limit is not null then
      greatest(c.key_limit - c.key_taken - coalesce(v_added[array_position(v_seen, c.key_id)], 0), 0) end;
    v_budget_room := case when v_budget is not null and c.cost_nanos > 0 then
      least(floor(v_budget::numeric * c.amount_nanos / c.cost_nanos), 9223372036854775807)::bigint end;
    -- Here passing nulls over is what is meant.
    v_room := least(v_plan, v_daily, v_weekly, v_budget_room);
    v_answer := case
      when c.lane_only and (v_own = 0 or v_own < c.amount_nanos) then 'lane_closed'
      when not c.plan_pays and not v_owned and c.amount_nanos > 0 then 'lane_closed'
      when c.requests_taken + coalesce(v_added[array_position(v_seen, c.requests_id)], 0) >= c.requests_cap
       and not (c.wallet_pays and v_own > 0) then 'daily_cap_reached'
      when v_room + v_own < c.amount_nanos and v_room < least(v_plan, c.amount_nanos) then
        case v_room when v_daily then 'daily_cap_reached' when v_weekly then 'weekly_cap_reached'
          else 'plan_budget_exhausted' end
      when v_key < c.amount_nanos then 'key_limit_reached'
      when v_room + v_own < c.amount_nanos then 'refused'
    end;
    if v_answer is not null then
      id := c.id;
      answer := v_answer;
      available_nanos := case when v_answer = 'lane_closed' then 0 else least(v_room + v_own, v_key) end;
      return next;
      continue;
    end if;

    v_hold := null;
    v_hold.id := c.id;
    v_hold.account_id := c.account_id;
    v_hold.api_key_id := c.api_key_id;
    v_hold.model_id := c.model_id;
    v_hold.route := c.route;
    v_hold.streamed := c.streamed;
    v_hold.expires_at := now() + make_interval(secs => c.hold_seconds);
    v_hold.created_at := now();
    v_hold.ledger_account_ids := '{}';
    v_hold.amounts_nanos := '{}';
    v_left := c.amount_nanos;
    for i in 1 .. cardinality(v_pools) loop
      exit when v_left = 0;
      if v_kinds[i] in ('main', 'backup') then
        -- At most v_room of the call comes from the plan.
        v_take := least(v_free[i], v_room - (c.amount_nanos - v_left), v_left);
      elsif v_kinds[i] = 'voucher' or c.wallet_pays then
        v_take := least(v_free[i], v_left);
      else
        v_take := 0;
      end if;
      if v_take > 0 then
        v_hold.ledger_account_ids := v_hold.ledger_account_ids || v_pools[i];
        v_hold.amounts_nanos := v_hold.amounts_nanos || v_take;
        v_free[i] := v_free[i] - v_take;
        v_left := v_left - v_take;
      end if;
    end loop;

    v_plan := least(v_room, c.amount_nanos);
    v_hold.window_ids := array_remove(array[c.daily_id, c.weekly_id, c.budget_id, c.requests_id, c.key_id], null);
    v_hold.window_amounts := array_remove(array[
      case when c.daily_id is not null then v_plan end,
      case when c.weekly_id is not null then v_plan end,
      case when c.budget_id is not null then
        case when v_plan = 0 then 0 else ceil(c.cost_nanos::numeric * v_plan / c.amount_nanos)::bigint end end,
      case when c.requests_id is not null then 1 end,
      case when c.key_id is not null then c.amount_nanos end], null);
    for i in 1 .. cardinality(v_hold.window_ids) loop
      v_position := array_position(v_seen, v_hold.window_ids[i]);
      if v_position is null then
        v_seen := v_seen || v_hold.window_ids[i];
        v_added := v_added || v_hold.window_amounts[i];
      else
        v_added[v_position] := v_added[v_position] + v_hold.window_amounts[i];
      end if;
    end loop;
    if cardinality(v_hold.window_ids) = 0 then
      v_hold.window_ids := null;
      v_hold.window_amounts := null;
    end if;
    v_holds := v_holds || v_hold;
  end loop;

  update ledger_accounts a set held_nanos = a.held_nanos + t.nanos
    from (select p.pool_id, sum(p.nanos)::bigint as nanos
            from unnest(v_holds) h cross join lateral unnest(h.ledger_account_ids, h.amounts_nanos) as p (pool_id, nanos)
           group by p.pool_id) t
   where a.id = t.pool_id;
  update spend_windows w set held = w.held + t.amount
    from (select p.window_id, sum(p.amount)::bigint as amount
            from unnest(v_holds) h cross join lateral unnest(h.window_ids, h.window_amounts) as p (window_id, amount)
           group by p.window_id) t
   where w.id = t.window_id;
  insert into holds (id, account_id, ledger_account_ids, amounts_nanos, api_key_id, model_id, route, streamed, expires_at,
      window_ids, window_amounts)
    select h.id, h.account_id, h.ledger_account_ids, h.amounts_nanos, h.api_key_id, h.model_id, h.route, h.streamed,
           h.expires_at, h.window_ids, h.window_amounts
      from unnest(v_holds) h;
end $$;

-- A flush with such holds in it. Everything is locked first, pools before windows, so that nobody deadlocks; the rest
-- is the ordinary flush.
create function meter_flush_limited(p_batch uuid, p_calls metered_call[], p_holds metered_hold[], p_limited limited_hold[],
  p_units jsonb)
returns table (id uuid, answer text, available_nanos bigint) language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  v_accounts uuid[] := array(select distinct l.account_id from unnest(p_limited) l);
  v_wanted bigint[] := array(
    select unnest(meter_pools(p_calls, p_holds))
    union
    select a.id from ledger_accounts a
     where a.account_id = any (v_accounts) and a.closed_at is null and a.spend_order is not null);
  v_pools bigint[] := meter_lock(v_wanted);
  v_locked uuid[] := '{}';
begin
  if cardinality(v_pools) < cardinality(v_wanted) then
    v_locked := array(select a.account_id from ledger_accounts a where a.id = any (v_wanted) and a.id <> all (v_pools));
    return query
    select l.id, 'locked', 0::bigint from unnest(p_limited) l where l.account_id = any (v_locked);
  end if;
  perform meter_lock_windows(p_calls, array(select l from unnest(p_limited) l where l.account_id <> all (v_locked)));
  if p_units is null then
    return query select * from meter_flush(p_batch, p_calls, p_holds);
  else
    return query select * from meter_flush(p_batch, p_calls, p_holds, p_units);
  end if;
  return query
  select * from meter_hold_limited(
    array(select l from unnest(p_limited) l where l.account_id <> all (v_locked)), v_pools);
end $$;
`;
