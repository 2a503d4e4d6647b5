/** A part of meter_flush. Variables are in functions.ts: plpgsql shares none between functions. */
export const lockWindows = `
  if cardinality(p_limits) > 0 or cardinality(v_released) > 0 then
    select array_agg(l.id), array_agg(l.account_id), array_agg(l.scope), array_agg(l.subject), array_agg(l.starts_at),
           array_agg(l.used), array_agg(l.used + l.held), array_agg(0::bigint)
      into v_window, v_window_owner, v_scope, v_subject, v_starts, v_used, v_taken, v_window_held
      from (select w.* from meter_lock_windows(v_released, p_hold_accounts, p_holds, p_limits) w
             order by w.account_id, w.id) l;
    v_window_used := v_window_held;
    -- What was held becomes what was used.
    foreach r in array v_released loop
      v_plan := v_main[r.place] + v_backup[r.place];
      for i in 1 .. cardinality(r.window_ids) loop
        k := array_position(v_window, r.window_ids[i]);
        v_take := window_use(v_scope[k], r.outcome, r.charge_nanos, r.cost_nanos, v_plan,
          r.charge_nanos - v_uncollected[r.place]);
        v_window_held[k] := v_window_held[k] - r.amounts[i];
        v_window_used[k] := v_window_used[k] + v_take;
        v_taken[k] := v_taken[k] + v_take - r.amounts[i];
      end loop;
    end loop;
  end if;`;
