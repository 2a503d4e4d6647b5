import { decideUnderLimits } from './decide-under-limits.ts';
import { waitsForOthers } from './waits-for-others.ts';

/** A part of meter_flush. Variables are in functions.ts: plpgsql shares none between functions. */
export const holdCalls = `
  if cardinality(p_holds) > 0 then
    v_known := array(select h.id from holds h where h.id = any (p_hold_ids));
    for n in 1 .. cardinality(p_hold_ids) loop
      continue when p_hold_ids[n] = any (v_known);
      v_hold := p_holds[n];
      v_limit := p_limits[n];
      if p_hold_accounts[n] is distinct from v_account then
        v_account := p_hold_accounts[n];
        -- Most often the next one. An account without a pool has none from 1 to 0.
        if v_owner[v_last + 1] = v_account then
          v_first := v_last + 1;
        else
          v_first := coalesce(array_position(v_owner, v_account), 1);
          v_last := v_first - 1;
        end if;
        while v_owner[v_last + 1] = v_account loop
          v_last := v_last + 1;
        end loop;
      end if;

      v_plan := 0;
      v_own := 0;
      v_window_ids := null;
      v_window_amounts := null;
      if v_limit.subject is null then
        for i in v_first .. v_last loop
          v_own := v_own + coalesce(v_free[i], 0);
        end loop;
        v_room := v_hold.amount_nanos;
        v_answer := case when v_own < v_hold.amount_nanos then 'refused' end;
        v_left := v_own;
      else
${decideUnderLimits}
      end if;
      if v_answer is not null then
        id := p_hold_ids[n];
        answer := v_answer;
        available_nanos := v_left;
${waitsForOthers}
        return next;
        continue;
      end if;

      v_left := v_hold.amount_nanos;
      v_from := '{}';
      v_amounts := '{}';
      for i in v_first .. v_last loop
        exit when v_left = 0;
        continue when v_free[i] is null or v_free[i] = 0;
        v_take := least(v_free[i], v_left);
        if v_kind[i] <= 2 then
          -- At most v_room of the call comes from the plan, whose pools are first.
          v_take := least(v_take, v_room - (v_hold.amount_nanos - v_left));
        elsif v_kind[i] = 4 and not v_limit.wallet_pays then
          v_take := 0;
        end if;
        if v_take > 0 then
          v_from := v_from || v_pool[i];
          v_amounts := v_amounts || v_take;
          v_free[i] := v_free[i] - v_take;
          v_held[i] := v_held[i] + v_take;
          v_left := v_left - v_take;
        end if;
      end loop;

      if v_limit.subject is not null then
        v_plan := least(v_room, v_hold.amount_nanos);
        v_windows := array_remove(
          array[v_daily_window, v_weekly_window, v_budget_window, v_requests_window, v_key_window], null);
        if cardinality(v_windows) > 0 then
          v_window_amounts := array_remove(array[
            case when v_daily_window is not null then v_plan end,
            case when v_weekly_window is not null then v_plan end,
            case when v_budget_window is not null then
              case when v_plan = 0 then 0
                else ceil(v_limit.cost_nanos::numeric * v_plan / v_hold.amount_nanos)::bigint end end,
            case when v_requests_window is not null then 1 end,
            case when v_key_window is not null then v_hold.amount_nanos end], null);
          v_window_ids := '{}';
          for i in 1 .. cardinality(v_windows) loop
            k := v_windows[i];
            v_window_ids := v_window_ids || v_window[k];
            v_window_held[k] := v_window_held[k] + v_window_amounts[i];
            v_taken[k] := v_taken[k] + v_window_amounts[i];
          end loop;
        end if;
      end if;
      v_new := v_new || (p_hold_ids[n], v_account, v_from, v_amounts, v_hold.api_key_id, v_hold.model_id, v_hold.route,
        v_hold.streamed, now() + make_interval(secs => v_hold.hold_seconds), now(), v_window_ids, v_window_amounts,
        coalesce(v_limit.plan_pays, true), coalesce(v_limit.wallet_pays, true))::holds;
    end loop;
    insert into holds select h.* from unnest(v_new) h;
  end if;`;
