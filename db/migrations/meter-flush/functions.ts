import { holdCalls } from './hold-calls.ts';
import { lockWindows } from './lock-windows.ts';
import { settleCalls } from './settle-calls.ts';

/**
 * Hold and settle for whole batches of calls. docs/ledger.md explains the order in which pools are drawn, and
 * docs/decisions/0005-metering.md why it is written like this: few and simple statements, because setting one up costs
 * more than a row, and what is decided between them is decided in memory.
 *
 * A function has no history that counts: each migration that changes it runs this text, also the first. Postgres looks
 * up what a function names when it is first called, so the text may name what a later migration makes.
 */
export const meterFlushFunctions = `
drop function if exists meter_flush;
drop function if exists meter_flush_past_locks;
drop function if exists meter_void_expired;

-- One flush of a proxy: settles first, so that what they release can be held again at once. One round trip, one commit.
-- It names only the calls that were not simply accepted:
--   refused       not enough money; with what is left
--   ..._reached, plan_budget_exhausted, lane_closed
--                 the first limit that stands in the way, with the most that it would let through; lane_closed: the call
--                 needed money of the customer's own, and there is none
--   voided        a settled call that came after its hold was voided: it was not charged
--   locked        somebody else has the account's pools, and tollgate.skip_locked is on: nothing was done
-- in_flight: what is missing is held for calls that run; without them there would be room.
-- A hold that is there already is accepted again. Calls of one account are best sent side by side.
-- Whoever calls it sets how it is planned (connectMeter): for each call of the function that would cost 10 µs.
create function meter_flush(
  p_batch uuid,
  p_call_ids uuid[], p_call_accounts uuid[], p_calls metered_call[],
  p_hold_ids uuid[], p_hold_accounts uuid[], p_holds metered_hold[], p_limits metered_limits[])
returns table (id uuid, answer text, available_nanos bigint, in_flight boolean) language plpgsql as $$
#variable_conflict use_column
declare
  v_accounts uuid[] := p_call_accounts || p_hold_accounts;

  -- The pools of these accounts, by account in spend order. free is null where a pool pays for no new call.
  v_pool bigint[];
  v_owner uuid[];
  v_kind smallint[];
  v_posted bigint[];
  v_free bigint[];
  -- What this flush takes from each, and how what is held on it changes.
  v_paid bigint[];
  v_held bigint[];

  -- What each call is paid from, by its place; uncollected is null for one that had no hold.
  v_main bigint[];
  v_backup bigint[];
  v_voucher bigint[];
  v_wallet bigint[];
  v_uncollected bigint[];
  -- The windows in which each call counts, in words: an array of arrays would have to be as long everywhere.
  v_limited text[];
  v_settled integer := 0;
  v_overrun boolean := false;
  -- Of calls that cost more than they held: what must not pay the rest.
  v_plan_shut boolean[];
  v_wallet_shut boolean[];
  v_released released_windows[] := '{}';

  v_window bigint[];
  v_window_owner uuid[];
  v_scope text[];
  v_subject uuid[];
  v_starts timestamptz[];
  v_used bigint[];
  v_taken bigint[];
  v_window_held bigint[];
  v_window_used bigint[];
  v_windows integer[];

  v_known uuid[];
  v_new holds[] := '{}';
  v_from bigint[];
  v_amounts bigint[];
  v_window_ids bigint[];
  v_window_amounts bigint[];

  -- The pools of the account in hand.
  v_first integer;
  v_last integer := 0;
  v_account uuid;
  v_left bigint;
  v_take bigint;
  v_plan bigint;
  v_own bigint;
  v_owned boolean;
  v_room bigint;
  v_daily bigint;
  v_weekly bigint;
  v_budget bigint;
  v_key bigint;
  v_daily_window integer;
  v_weekly_window integer;
  v_budget_window integer;
  v_requests_window integer;
  v_key_window integer;
  v_answer text;
  k integer;
  v_hold metered_hold;
  v_limit metered_limits;
  r released_windows;
  c record;
begin
  if current_setting('tollgate.skip_locked', true) = 'on' then
    return query select f.* from meter_flush_past_locks(
      p_batch, p_call_ids, p_call_accounts, p_calls, p_hold_ids, p_hold_accounts, p_holds, p_limits) f;
    return;
  end if;

  -- Every pool that these calls can touch, locked in id order like every other writer does, so that nobody deadlocks.
  -- A closed pool still pays for the calls that were admitted on it, hence the pools of the holds.
  select array_agg(p.id), array_agg(p.account_id), array_agg(p.spend_order), array_agg(p.posted_nanos),
         array_agg(p.free), array_agg(0::bigint)
    into v_pool, v_owner, v_kind, v_posted, v_free, v_paid
    from (
      select l.* from (
        select a.id, a.account_id, a.spend_order, a.expires_at, a.posted_nanos,
               case when a.closed_at is null and (a.expires_at is null or a.expires_at > now())
                 then a.posted_nanos - a.held_nanos end as free
          from ledger_accounts a
         where (a.account_id = any (v_accounts) and a.closed_at is null and a.spend_order is not null)
            or a.id = any (array(select unnest(h.ledger_account_ids) from holds h where h.id = any (p_call_ids)))
         order by a.id for no key update) l
       order by l.account_id, l.spend_order, l.expires_at, l.id) p;
  v_held := v_paid;

${settleCalls}
${lockWindows}
${holdCalls}

  -- Once a row, whatever its calls did to it.
  update ledger_accounts a set posted_nanos = a.posted_nanos - m.paid, held_nanos = a.held_nanos + m.held
    from unnest(v_pool, v_paid, v_held) as m (id, paid, held)
   where a.id = m.id and (m.paid <> 0 or m.held <> 0);
  if v_window is not null then
    update spend_windows w set used = w.used + m.used, held = w.held + m.held
      from unnest(v_window, v_window_used, v_window_held) as m (id, used, held)
     where w.id = m.id and (m.used <> 0 or m.held <> 0);
  end if;
end $$;

-- The same for whoever does not want to wait for locks.
create function meter_flush_past_locks(
  p_batch uuid,
  p_call_ids uuid[], p_call_accounts uuid[], p_calls metered_call[],
  p_hold_ids uuid[], p_hold_accounts uuid[], p_holds metered_hold[], p_limits metered_limits[])
returns table (id uuid, answer text, available_nanos bigint, in_flight boolean) language plpgsql as $$
#variable_conflict use_column
declare
  v_accounts uuid[] := p_call_accounts || p_hold_accounts;
  v_wanted bigint[] := array(
    select a.id from ledger_accounts a
     where a.account_id = any (v_accounts) and a.closed_at is null and a.spend_order is not null
    union
    select unnest(h.ledger_account_ids) from holds h where h.id = any (p_call_ids));
  v_got bigint[] := array(
    select a.id from ledger_accounts a where a.id = any (v_wanted) order by a.id for no key update skip locked);
  v_locked uuid[] := array(
    select a.account_id from ledger_accounts a where a.id = any (v_wanted) and a.id <> all (v_got));
begin
  return query
  select c.id, 'locked', 0::bigint, false
    from unnest(p_call_ids || p_hold_ids, v_accounts) as c (id, account_id) where c.account_id = any (v_locked);
  select coalesce(array_agg(p_call_ids[i]), '{}'), coalesce(array_agg(p_call_accounts[i]), '{}'),
         coalesce(array_agg(p_calls[i]), '{}')
    into p_call_ids, p_call_accounts, p_calls
    from generate_subscripts(p_call_ids, 1) i where p_call_accounts[i] <> all (v_locked);
  select coalesce(array_agg(p_hold_ids[i]), '{}'), coalesce(array_agg(p_hold_accounts[i]), '{}'),
         coalesce(array_agg(p_holds[i]), '{}'), coalesce(array_agg(p_limits[i]), '{}')
    into p_hold_ids, p_hold_accounts, p_holds, p_limits
    from generate_subscripts(p_hold_ids, 1) i where p_hold_accounts[i] <> all (v_locked);
  -- Until the end of this transaction: what is left is ours already.
  perform set_config('tollgate.skip_locked', 'off', true);
  return query select f.* from meter_flush(
    p_batch, p_call_ids, p_call_accounts, p_calls, p_hold_ids, p_hold_accounts, p_holds, p_limits) f;
end $$;

-- Releases what calls that never ended still hold, and logs each at no charge.
create function meter_void_expired(p_limit integer) returns integer language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
  v_batch uuid := gen_random_uuid();
  v_ids uuid[];
  v_accounts uuid[];
  v_calls metered_call[];
begin
  select array_agg(h.id), array_agg(h.account_id),
         array_agg((h.api_key_id, h.model_id, null, null, h.route, h.streamed, 'voided', false, null,
                    0, 0, 0, 0, 0, 0, 0, 0, 0, null, 0, 0, h.created_at, null, null)::metered_call)
    into v_ids, v_accounts, v_calls
    -- By the key: ids are made in the order of time, and an index for expiries would cost each call an entry.
    from (select * from holds where expires_at < now() order by id limit p_limit) h;
  perform meter_flush(v_batch, v_ids, v_accounts, v_calls, '{}', '{}', '{}', '{}');
  return (select count(*) from usage_events u where u.id = any (v_ids) and u.batch_id = v_batch);
end $$;
`;
