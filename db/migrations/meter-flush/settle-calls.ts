/** A part of meter_flush. Variables are in functions.ts: plpgsql shares none between functions. */
export const settleCalls = `
  if cardinality(p_calls) > 0 then
    v_main := array_fill(0::bigint, array[cardinality(p_calls)]);
    v_backup := v_main;
    v_voucher := v_main;
    v_wallet := v_main;
    v_uncollected := array_fill(null::bigint, array[cardinality(p_calls)]);
    -- Deleting the hold is what makes a call count once: one without a hold was settled before, or voided.
    for c in
      delete from holds h using unnest(p_call_ids) with ordinality as m (id, place) where h.id = m.id
      returning m.place::integer, h.ledger_account_ids, h.amounts_nanos, h.window_ids, h.window_amounts, h.plan_pays, h.wallet_pays
    loop
      v_settled := v_settled + 1;
      v_left := p_calls[c.place].charge_nanos;
      for i in 1 .. cardinality(c.ledger_account_ids) loop
        k := array_position(v_pool, c.ledger_account_ids[i]);
        v_take := least(c.amounts_nanos[i], v_left);
        v_left := v_left - v_take;
        v_held[k] := v_held[k] - c.amounts_nanos[i];
        v_paid[k] := v_paid[k] + v_take;
        v_free[k] := v_free[k] + c.amounts_nanos[i] - v_take;
        case v_kind[k]
          when 1 then v_main[c.place] := v_main[c.place] + v_take;
          when 2 then v_backup[c.place] := v_backup[c.place] + v_take;
          when 3 then v_voucher[c.place] := v_voucher[c.place] + v_take;
          else v_wallet[c.place] := v_wallet[c.place] + v_take;
        end case;
      end loop;
      v_uncollected[c.place] := v_left;
      if v_left > 0 then
        v_overrun := true;
        v_plan_shut[c.place] := not c.plan_pays;
        v_wallet_shut[c.place] := not c.wallet_pays;
      end if;
      if c.window_ids is not null then
        v_limited := coalesce(v_limited, array_fill(null::text, array[cardinality(p_calls)]));
        v_limited[c.place] := c.window_ids::text;
        v_released := v_released || (c.place, p_calls[c.place].outcome, p_calls[c.place].charge_nanos,
          p_calls[c.place].cost_nanos, c.window_ids, c.window_amounts)::released_windows;
      end if;
    end loop;

    -- A charge above its hold takes what is free once all holds are released, of the pools that may pay for the call.
    if v_overrun then
      for i in 1 .. cardinality(p_calls) loop
        continue when v_uncollected[i] is null or v_uncollected[i] = 0;
        k := array_position(v_owner, p_call_accounts[i]);
        while v_uncollected[i] > 0 and v_owner[k] = p_call_accounts[i] loop
          if v_free[k] > 0 and not (v_kind[k] <= 2 and v_plan_shut[i]) and not (v_kind[k] = 4 and v_wallet_shut[i]) then
            v_take := least(v_free[k], v_uncollected[i]);
            v_uncollected[i] := v_uncollected[i] - v_take;
            v_paid[k] := v_paid[k] + v_take;
            v_free[k] := v_free[k] - v_take;
            case v_kind[k]
              when 1 then v_main[i] := v_main[i] + v_take;
              when 2 then v_backup[i] := v_backup[i] + v_take;
              when 3 then v_voucher[i] := v_voucher[i] + v_take;
              else v_wallet[i] := v_wallet[i] + v_take;
            end case;
          end if;
          k := k + 1;
        end loop;
      end loop;
    end if;

    insert into usage_events (
      id, account_id, api_key_id, model_id, price_version, upstream_id, route, streamed, outcome, estimated, http_status,
      input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
      image_input_tokens, image_output_tokens, audio_input_tokens, audio_output_tokens, units, charge_nanos, cost_nanos,
      started_at, first_byte_ms, duration_ms,
      main_nanos, backup_nanos, voucher_nanos, wallet_nanos, uncollected_nanos, window_ids, batch_id)
    select m.id, m.account_id, m.api_key_id, m.model_id, m.price_version, m.upstream_id, m.route, m.streamed, m.outcome,
           m.estimated, m.http_status, m.t1, m.t2, m.t3, m.t4, m.t5, m.t6, m.t7, m.t8, m.t9, m.units, m.charge_nanos,
           m.cost_nanos, m.started_at, m.first_byte_ms, m.duration_ms,
           m.main, m.backup, m.voucher, m.wallet, m.uncollected, m.windows::bigint[], p_batch
      from rows from (unnest(p_call_ids), unnest(p_call_accounts), unnest(p_calls), unnest(v_main), unnest(v_backup),
                      unnest(v_voucher), unnest(v_wallet), unnest(v_uncollected), unnest(v_limited))
           as m (id, account_id, api_key_id, model_id, price_version, upstream_id, route, streamed, outcome, estimated,
                 http_status, t1, t2, t3, t4, t5, t6, t7, t8, t9, units, charge_nanos, cost_nanos, started_at,
                 first_byte_ms, duration_ms, main, backup, voucher, wallet, uncollected, windows)
     where m.uncollected is not null;

    -- One transfer a pool. The balances follow below, together with what is held.
    insert into usage_transfers (batch_id, account_id, debit_id, amount_nanos)
    select p_batch, m.account_id, m.pool, m.nanos
      from unnest(v_pool, v_owner, v_paid) as m (pool, account_id, nanos)
     where m.nanos > 0;
    if v_overrun then
      insert into usage_transfers (batch_id, account_id, debit_id, amount_nanos)
      select p_batch, u.account_id, 9, sum(u.nanos)::bigint
        from unnest(p_call_accounts, v_uncollected) as u (account_id, nanos) where u.nanos > 0 group by 2;
    end if;
    if v_settled < cardinality(p_calls) then
      return query
      select c.id, 'voided', 0::bigint, false from unnest(p_call_ids) as c (id)
       where not exists (select from usage_events u where u.id = c.id and u.outcome <> 'voided');
    end if;
  end if;`;
