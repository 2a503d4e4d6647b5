/**
 * A part of meter_flush: whether a hold was refused only because of what other calls hold. Variables are in functions.ts:
 * plpgsql shares none between functions.
 */
export const waitsForOthers = `
        v_plan := 0;
        v_own := 0;
        for i in v_first .. v_last loop
          continue when v_free[i] is null;
          if v_kind[i] > 2 then
            if v_kind[i] = 3 or v_limit.wallet_pays is distinct from false then
              v_own := v_own + v_posted[i] - v_paid[i];
            end if;
          elsif v_limit.plan_pays is distinct from false then
            v_plan := v_plan + v_posted[i] - v_paid[i];
          end if;
        end loop;
        if v_limit.subject is null then
          in_flight := v_plan + v_own >= v_hold.amount_nanos;
        else
          v_room := least(v_plan,
            v_limit.daily_cap - v_used[v_daily_window] - v_window_used[v_daily_window],
            v_limit.weekly_cap - v_used[v_weekly_window] - v_window_used[v_weekly_window],
            case when v_limit.cost_nanos > 0 then
              floor((v_limit.budget - v_used[v_budget_window] - v_window_used[v_budget_window])::numeric
                * v_hold.amount_nanos / v_limit.cost_nanos) end);
          in_flight := greatest(v_room, 0) + v_own >= v_hold.amount_nanos
            and not (v_limit.lane_only and v_own < v_hold.amount_nanos)
            and coalesce(v_limit.key_limit - v_used[v_key_window] - v_window_used[v_key_window] >= v_hold.amount_nanos, true)
            and coalesce(v_used[v_requests_window] + v_window_used[v_requests_window] < v_limit.requests_cap, true);
        end if;`;
