/** What a proxy tells `meter_flush` about its calls. Ids and accounts travel beside the records, as arrays of their own. */
export const up = `
-- What one call asks to hold.
create type metered_hold as (
  amount_nanos bigint, api_key_id uuid, model_id text, route text, streamed boolean,
  -- From now by the database's clock, which is the one that voids it.
  hold_seconds integer
);

-- What besides money limits a hold. null: nothing does.
create type metered_limits as (
  -- The subscription, or the account that has none.
  subject uuid,
  -- The most that the call can cost us.
  cost_nanos bigint,
  -- Whether main and backup, and whether the wallet, may pay.
  plan_pays boolean, wallet_pays boolean,
  -- Beyond its rate limit: it runs only if the customer's own money could pay for it.
  lane_only boolean,
  -- A null start means: no such limit.
  daily_start timestamptz, daily_cap bigint, weekly_start timestamptz, weekly_cap bigint,
  period_start timestamptz, budget bigint, requests_start timestamptz, requests_cap bigint,
  key_start timestamptz, key_limit bigint
);

-- What one call ended as.
create type metered_call as (
  api_key_id uuid, model_id text, price_version bigint, upstream_id text, route text,
  streamed boolean, outcome text, estimated boolean, http_status integer,
  input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_5m_tokens bigint,
  cache_write_1h_tokens bigint, image_input_tokens bigint, image_output_tokens bigint,
  audio_input_tokens bigint, audio_output_tokens bigint, units jsonb,
  charge_nanos bigint, cost_nanos bigint, started_at timestamptz, first_byte_ms integer, duration_ms integer
);

-- What a call that ended held in windows, by its place in the flush.
create type released_windows as (place integer, outcome text, charge_nanos bigint, cost_nanos bigint,
  window_ids bigint[], amounts bigint[]);

create function limited_windows(p_accounts uuid[], p_holds metered_hold[], p_limits metered_limits[])
returns table (account_id uuid, scope text, subject uuid, starts_at timestamptz) language sql stable as $$
  select distinct h.account_id, w.scope, w.subject, w.starts_at
    from rows from (unnest(p_accounts), unnest(p_holds), unnest(p_limits))
      as h (account_id, amount_nanos, api_key_id, model_id, route, streamed, hold_seconds,
            subject, cost_nanos, plan_pays, wallet_pays, lane_only, daily_start, daily_cap, weekly_start, weekly_cap,
            period_start, budget, requests_start, requests_cap, key_start, key_limit)
   cross join lateral (values
      ('daily_cap', h.subject, h.daily_start), ('weekly_cap', h.subject, h.weekly_start),
      ('plan_budget', h.subject, h.period_start), ('daily_requests', h.subject, h.requests_start),
      ('key_limit', h.api_key_id, h.key_start)) as w (scope, subject, starts_at)
   where w.starts_at is not null
$$;

-- Makes the windows that are new and answers all that these calls touch, locked in an order that all share: after the
-- pools, by id.
create function meter_lock_windows(p_released released_windows[], p_accounts uuid[], p_holds metered_hold[],
  p_limits metered_limits[])
returns setof spend_windows language plpgsql as $$
declare
  v_windows bigint[];
begin
  for attempt in 1 .. 2 loop
    v_windows := array(
      select w.id from limited_windows(p_accounts, p_holds, p_limits) l left join spend_windows w
        on w.account_id = l.account_id and w.scope = l.scope and w.subject = l.subject and w.starts_at = l.starts_at);
    exit when array_position(v_windows, null) is null;
    insert into spend_windows (account_id, scope, subject, starts_at)
      select l.* from limited_windows(p_accounts, p_holds, p_limits) l
       where not exists (select from spend_windows w where w.account_id = l.account_id and w.scope = l.scope
                            and w.subject = l.subject and w.starts_at = l.starts_at)
       order by 1, 2, 3, 4
    on conflict do nothing;
  end loop;
  v_windows := v_windows || array(select unnest(r.window_ids) from unnest(p_released) r);
  return query select w.* from spend_windows w where w.id = any (v_windows) order by w.id for no key update;
end $$;
`;
