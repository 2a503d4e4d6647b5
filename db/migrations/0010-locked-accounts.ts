/**
 * A flush waits for locks, because writers hold them for milliseconds only. When one holds them longer (somebody's
 * open transaction), the proxy asks not to wait (`set tollgate.skip_locked = on`): the calls of that account are
 * answered 'locked' and tried again, and everybody else's go through.
 */
export const up = `
-- Every pool that these calls can touch. A closed pool still pays for the calls that were admitted on it, hence the
-- pools of the holds.
create function meter_pools(p_calls metered_call[], p_holds metered_hold[]) returns bigint[] language plpgsql as $$
declare
  v_accounts uuid[] := array(select c.account_id from unnest(p_calls) c union select h.account_id from unnest(p_holds) h);
  v_calls uuid[] := array(select c.id from unnest(p_calls) c);
begin
  return array(
    select o.id from ledger_accounts o
     where o.account_id = any (v_accounts) and o.closed_at is null and o.spend_order is not null
    union
    select unnest(h.ledger_account_ids) from holds h where h.id = any (v_calls));
end $$;

-- Locks pools in id order like every other writer, so that nobody deadlocks. Returns those that it got.
create function meter_lock(p_pools bigint[]) returns bigint[] language plpgsql as $$
begin
  if current_setting('tollgate.skip_locked', true) = 'on' then
    return array(select a.id from ledger_accounts a where a.id = any (p_pools) order by a.id for no key update skip locked);
  end if;
  return array(select a.id from ledger_accounts a where a.id = any (p_pools) order by a.id for no key update);
end $$;

-- One flush of a proxy: settles first, so that what they release can be held again at once. One round trip, one commit.
-- Besides the answers of meter_hold it names settled calls that came after their hold was voided ('voided': they were
-- not charged), and the calls of accounts that it could not lock without waiting ('locked': nothing was done).
create or replace function meter_flush(p_batch uuid, p_calls metered_call[], p_holds metered_hold[])
returns table (id uuid, answer text, available_nanos bigint) language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  v_calls metered_call[] := p_calls;
  v_holds metered_hold[] := p_holds;
  v_wanted bigint[] := meter_pools(p_calls, p_holds);
  v_pools bigint[] := meter_lock(v_wanted);
  v_locked uuid[];
begin
  if cardinality(v_pools) < cardinality(v_wanted) then
    v_locked := array(select a.account_id from ledger_accounts a where a.id = any (v_wanted) and a.id <> all (v_pools));
    v_calls := array(select c from unnest(p_calls) c where c.account_id <> all (v_locked));
    v_holds := array(select h from unnest(p_holds) h where h.account_id <> all (v_locked));
    return query
    select c.id, 'locked', 0::bigint from unnest(p_calls) c where c.account_id = any (v_locked)
    union all
    select h.id, 'locked', 0::bigint from unnest(p_holds) h where h.account_id = any (v_locked);
  end if;
  if cardinality(v_calls) > 0 and meter_settle(p_batch, v_calls, v_pools) < cardinality(v_calls) then
    return query
    select c.id, 'voided', 0::bigint from unnest(v_calls) c
     where not exists (select from usage_events u where u.id = c.id and u.outcome <> 'voided');
  end if;
  if cardinality(v_holds) > 0 then
    return query select * from meter_hold(v_holds, v_pools);
  end if;
end $$;

create or replace function meter_void_expired(p_limit integer) returns integer language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
  v_calls metered_call[];
begin
  select array_agg((h.id, h.account_id, h.api_key_id, h.model_id, null, null, h.route, h.streamed, 'voided', false, null,
                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, h.created_at, null, null)::metered_call)
    into v_calls
    from (select * from holds where expires_at < now() order by expires_at limit p_limit) h;
  if v_calls is null then
    return 0;
  end if;
  return meter_settle(gen_random_uuid(), v_calls, meter_lock(meter_pools(v_calls, '{}')));
end $$;

drop function meter_lock(metered_call[], metered_hold[]);
`;
