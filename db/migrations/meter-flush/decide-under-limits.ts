/** A part of meter_flush. Variables are in functions.ts: plpgsql shares none between functions. */
export const decideUnderLimits = `
        v_owned := false;
        for i in v_first .. v_last loop
          continue when v_free[i] is null;
          if v_kind[i] <= 2 then
            if v_limit.plan_pays then
              v_plan := v_plan + v_free[i];
            end if;
          elsif v_kind[i] = 3 or v_limit.wallet_pays then
            v_own := v_own + v_free[i];
            v_owned := v_owned or v_posted[i] > v_paid[i];
          end if;
        end loop;
        v_daily_window := null;
        v_weekly_window := null;
        v_budget_window := null;
        v_requests_window := null;
        v_key_window := null;
        k := array_position(v_window_owner, v_account);
        while v_window_owner[k] = v_account loop
          if v_scope[k] = 'key_limit' then
            if v_subject[k] = v_hold.api_key_id and v_starts[k] = v_limit.key_start then
              v_key_window := k;
            end if;
          elsif v_subject[k] = v_limit.subject then
            if v_scope[k] = 'daily_cap' and v_starts[k] = v_limit.daily_start then
              v_daily_window := k;
            elsif v_scope[k] = 'weekly_cap' and v_starts[k] = v_limit.weekly_start then
              v_weekly_window := k;
            elsif v_scope[k] = 'plan_budget' and v_starts[k] = v_limit.period_start then
              v_budget_window := k;
            elsif v_scope[k] = 'daily_requests' and v_starts[k] = v_limit.requests_start then
              v_requests_window := k;
            end if;
          end if;
          k := k + 1;
        end loop;
        -- null is no limit. greatest would pass a null over: it is asked for only where there is a limit.
        v_daily := case when v_limit.daily_cap is not null then greatest(v_limit.daily_cap - v_taken[v_daily_window], 0) end;
        v_weekly := case when v_limit.weekly_cap is not null then
          greatest(v_limit.weekly_cap - v_taken[v_weekly_window], 0) end;
        v_key := case when v_limit.key_limit is not null then greatest(v_limit.key_limit - v_taken[v_key_window], 0) end;
        v_budget := case when v_limit.budget is not null and v_limit.cost_nanos > 0 then
          least(floor(greatest(v_limit.budget - v_taken[v_budget_window], 0)::numeric * v_hold.amount_nanos
                  / v_limit.cost_nanos),
                9223372036854775807)::bigint end;
        -- Here passing nulls over is what is meant.
        v_room := least(v_plan, v_daily, v_weekly, v_budget);
        v_answer := case
          when v_limit.lane_only and (v_own = 0 or v_own < v_hold.amount_nanos) then 'lane_closed'
          when not v_limit.plan_pays and not v_owned and v_hold.amount_nanos > 0 then 'lane_closed'
          when v_taken[v_requests_window] >= v_limit.requests_cap and not (v_limit.wallet_pays and v_own > 0) then
            'daily_cap_reached'
          when v_room + v_own < v_hold.amount_nanos and v_room < least(v_plan, v_hold.amount_nanos) then
            case v_room when v_daily then 'daily_cap_reached' when v_weekly then 'weekly_cap_reached'
              else 'plan_budget_exhausted' end
          when v_key < v_hold.amount_nanos then 'key_limit_reached'
          when v_room + v_own < v_hold.amount_nanos then 'refused'
        end;
        v_left := case when v_answer = 'lane_closed' then 0 else least(v_room + v_own, v_key) end;`;
