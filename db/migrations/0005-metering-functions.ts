/**
 * Hold and settle for whole batches of calls. docs/ledger.md explains the order in which pools are drawn.
 *
 * Calls of one account in arrival order and its pools in spend order are two running sums over the same line of
 * money: where a call's interval meets a pool's interval, that much of the call is paid from that pool.
 */
export const up = `
-- A transfer may release what was held for it on the pool that it debits: one change of the row instead of two, and
-- a row that changes twice in a transaction makes Postgres check its foreign key each time.
alter table ledger_transfers add column released_nanos bigint not null default 0
  constraint transfer_releases_no_less_than_nothing check (released_nanos >= 0);

create or replace function ledger_move_balances() returns trigger language plpgsql as $$
declare
  v_ids bigint[] := array(select debit_id from new_transfers union select credit_id from new_transfers);
begin
  perform 1 from ledger_accounts a where a.account_id is not null and a.id = any (v_ids)
    order by a.id for no key update;
  update ledger_accounts a set posted_nanos = a.posted_nanos + d.delta, held_nanos = a.held_nanos - d.released
    from (
      select id, sum(delta)::bigint as delta, sum(released)::bigint as released
        from (select debit_id as id, -amount_nanos as delta, released_nanos as released from new_transfers
              union all select credit_id, amount_nanos, 0 from new_transfers) e
       group by id
    ) d
   where a.id = any (v_ids) and a.id = d.id and a.account_id is not null;
  return null;
end $$;

-- What one call asks to hold, and what one call ended as.
create type metered_hold as (
  id uuid, account_id uuid, amount_nanos bigint, api_key_id uuid, model_id text, route text, streamed boolean,
  -- From now by the database's clock, which is the one that voids it.
  hold_seconds integer
);
create type metered_call as (
  id uuid, account_id uuid, api_key_id uuid, model_id text, price_version bigint, upstream_id text, route text,
  streamed boolean, outcome text, estimated boolean, http_status integer,
  input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_5m_tokens bigint,
  cache_write_1h_tokens bigint, image_input_tokens bigint, image_output_tokens bigint,
  audio_input_tokens bigint, audio_output_tokens bigint,
  charge_nanos bigint, cost_nanos bigint, started_at timestamptz, first_byte_ms integer, duration_ms integer
);

-- Locks every pool that these calls can touch, in id order like every other writer, so that nobody deadlocks.
-- A closed pool still pays for the calls that were admitted on it, hence the pools of the holds.
create function meter_lock(p_calls metered_call[], p_holds metered_hold[]) returns bigint[] language plpgsql as $$
declare
  v_accounts uuid[] := array(select c.account_id from unnest(p_calls) c union select h.account_id from unnest(p_holds) h);
  v_calls uuid[] := array(select c.id from unnest(p_calls) c);
  v_pools bigint[] := array(
    select o.id from ledger_accounts o
     where o.account_id = any (v_accounts) and o.closed_at is null and o.spend_order is not null
    union
    select unnest(h.ledger_account_ids) from holds h where h.id = any (v_calls));
begin
  return array(select a.id from ledger_accounts a where a.id = any (v_pools) order by a.id for no key update);
end $$;

-- Charges finished calls and releases their holds. Deleting the hold is what makes a call count once: a call
-- without one was settled before, or voided. Call only with the pools that meter_lock returned.
create function meter_settle(p_batch uuid, p_calls metered_call[], p_pools bigint[]) returns integer language plpgsql as $$
declare
  v_calls uuid[] := array(select c.id from unnest(p_calls) c);
  v_settled integer;
begin
  with released as (
    delete from holds h where h.id = any (v_calls) returning h.id, h.ledger_account_ids, h.amounts_nanos
  ), calls as (
    select c.*, r.ledger_account_ids, r.amounts_nanos
      from unnest(p_calls) with ordinality as c join released r on r.id = c.id
  ), pools as (
    select a.id, a.account_id, a.pool, a.spend_order, a.expires_at, a.posted_nanos - a.held_nanos as nanos,
           a.closed_at is null and (a.expires_at is null or a.expires_at > now()) as open
      from ledger_accounts a where a.id = any (p_pools)
  ), held as (
    select c.id, c.charge_nanos, p.pool_id, p.nanos,
           sum(p.nanos) over (partition by c.id order by p.position) as upto
      from calls c cross join lateral unnest(c.ledger_account_ids, c.amounts_nanos)
           with ordinality as p (pool_id, nanos, position)
  ), from_hold as (
    select id, pool_id, (least(upto, charge_nanos) - (upto - nanos))::bigint as nanos
      from held where upto - nanos < charge_nanos
  ), overrun as (
    select id, account_id, nanos, sum(nanos) over (partition by account_id order by n) as upto from (
      select c.id, c.account_id, c.ordinality as n, c.charge_nanos - coalesce(h.nanos, 0) as nanos
        from calls c left join (select id, sum(nanos) as nanos from held group by id) h on h.id = c.id
    ) o where nanos > 0
  ), movement as (
    select pool_id, sum(released)::bigint as released, sum(paid)::bigint as paid from (
      select pool_id, nanos as released, 0 as paid from held union all select pool_id, 0, nanos from from_hold
    ) m group by pool_id
  ), free as (
    select f.id, f.account_id, f.nanos,
           sum(f.nanos) over (partition by f.account_id order by f.spend_order, f.expires_at, f.id) as upto
      from (select p.id, p.account_id, p.spend_order, p.expires_at,
                   p.nanos + coalesce(m.released - m.paid, 0) as nanos
              from pools p left join movement m on m.pool_id = p.id
             where p.open and exists (select from overrun)) f
     where f.nanos > 0
  ), parts as (
    select id, pool_id, nanos from from_hold
    union all
    select o.id, f.id, (least(o.upto, f.upto) - greatest(o.upto - o.nanos, f.upto - f.nanos))::bigint
      from overrun o join free f on f.account_id = o.account_id
       and f.upto - f.nanos < o.upto and o.upto - o.nanos < f.upto
  ), by_call as (
    select t.id, sum(t.nanos) filter (where p.pool = 'main') as main, sum(t.nanos) filter (where p.pool = 'backup') as backup,
           sum(t.nanos) filter (where p.pool = 'voucher') as voucher, sum(t.nanos) filter (where p.pool = 'wallet') as wallet,
           sum(t.nanos) as total
      from parts t join pools p on p.id = t.pool_id group by t.id
  ), logged as (
    insert into usage_events (
      id, account_id, api_key_id, model_id, price_version, upstream_id, route, streamed, outcome, estimated, http_status,
      input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
      image_input_tokens, image_output_tokens, audio_input_tokens, audio_output_tokens, charge_nanos, cost_nanos,
      main_nanos, backup_nanos, voucher_nanos, wallet_nanos, uncollected_nanos,
      batch_id, started_at, first_byte_ms, duration_ms)
    select c.id, c.account_id, c.api_key_id, c.model_id, c.price_version, c.upstream_id, c.route, c.streamed, c.outcome,
           c.estimated, c.http_status, c.input_tokens, c.output_tokens, c.cache_read_tokens, c.cache_write_5m_tokens,
           c.cache_write_1h_tokens, c.image_input_tokens, c.image_output_tokens, c.audio_input_tokens,
           c.audio_output_tokens, c.charge_nanos, c.cost_nanos,
           coalesce(b.main, 0), coalesce(b.backup, 0), coalesce(b.voucher, 0), coalesce(b.wallet, 0),
           c.charge_nanos - coalesce(b.total, 0),
           p_batch, c.started_at, c.first_byte_ms, c.duration_ms
      from calls c left join by_call b on b.id = c.id
    returning account_id, uncollected_nanos
  ), owed as (
    select p.id as debit_id, p.account_id, p_batch || ':' || p.id as intent, sum(t.nanos)::bigint as nanos,
           coalesce(max(m.released), 0) as released
      from parts t join pools p on p.id = t.pool_id left join movement m on m.pool_id = p.id group by p.id, p.account_id
    union all
    select 9, account_id, p_batch || ':' || account_id || ':uncollected', sum(uncollected_nanos)::bigint, 0
      from logged where uncollected_nanos > 0 group by account_id
  ), unheld as (
    update ledger_accounts a set held_nanos = a.held_nanos - m.released
      from movement m where a.id = any (p_pools) and a.id = m.pool_id and m.released > 0
       and not exists (select from owed o where o.debit_id = m.pool_id)
    returning a.id
  ), posted as (
    insert into ledger_transfers
      (id, idempotency_key, input_hash, kind, reference, account_id, debit_id, credit_id, amount_nanos, released_nanos)
    select meter_transfer_id(p_batch), 'usage:' || intent,
           sha256(convert_to(concat_ws('|', 'usage', debit_id, 4, nanos), 'UTF8')),
           'usage', p_batch::text, account_id, debit_id, 4, nanos, released
      from owed
    returning id
  )
  select count(*) into v_settled from logged;
  return v_settled;
end $$;

-- A UUIDv7 with the batch's instant: transfers are indexed in the order in which they were made.
create function meter_transfer_id(p_batch uuid) returns uuid language sql volatile as $$
  select overlay(gen_random_uuid()::text placing left(p_batch::text, 15) from 1 for 15)::uuid
$$;

-- Holds the most that each call can cost. Returns only the calls that were not accepted: 'refused' for good, with what
-- is left for the account, or 'undecided', when the call would fit but a larger one before it did not: ask again.
-- An id that is held already is accepted again. Call only with the pools that meter_lock returned.
create function meter_hold(p_holds metered_hold[], p_pools bigint[])
returns table (id uuid, answer text, available_nanos bigint) language plpgsql as $$
#variable_conflict use_column
declare
  v_held uuid[] := array(select h.id from holds h where h.id = any (array(select a.id from unnest(p_holds) a)));
begin
  return query
  with asked as (
    select c.*, sum(c.amount_nanos) over (partition by c.account_id order by c.n) as upto
      from unnest(p_holds) with ordinality as c
             (id, account_id, amount_nanos, api_key_id, model_id, route, streamed, hold_seconds, n)
     where c.id <> all (v_held)
  ), pools as (
    select a.id, a.account_id, a.posted_nanos - a.held_nanos as nanos,
           sum(a.posted_nanos - a.held_nanos)
             over (partition by a.account_id order by a.spend_order, a.expires_at, a.id) as upto
      from ledger_accounts a
     where a.id = any (p_pools) and a.posted_nanos > a.held_nanos
       and a.closed_at is null and (a.expires_at is null or a.expires_at > now())
  ), funds as (
    select account_id, sum(nanos) as nanos from pools group by account_id
  ), decided as (
    select a.*, coalesce(f.nanos, 0) as funds, a.upto <= coalesce(f.nanos, 0) as fits,
           a.upto <= coalesce(f.nanos, 0) or a.amount_nanos = 0 as accepted
      from asked a left join funds f on f.account_id = a.account_id
  ), splits as (
    select d.id, p.id as pool_id, p.upto,
           (least(d.upto, p.upto) - greatest(d.upto - d.amount_nanos, p.upto - p.nanos))::bigint as nanos
      from decided d join pools p on p.account_id = d.account_id
       and p.upto - p.nanos < d.upto and d.upto - d.amount_nanos < p.upto
     where d.fits and d.amount_nanos > 0
  ), taken as (
    update ledger_accounts a set held_nanos = a.held_nanos + t.nanos
      from (select pool_id, sum(nanos)::bigint as nanos from splits group by pool_id) t
     where a.id = any (p_pools) and a.id = t.pool_id
    returning a.id
  ), held as (
    insert into holds (id, account_id, ledger_account_ids, amounts_nanos, api_key_id, model_id, route, streamed, expires_at)
    select d.id, d.account_id, coalesce(s.pools, '{}'), coalesce(s.amounts, '{}'),
           d.api_key_id, d.model_id, d.route, d.streamed, now() + make_interval(secs => d.hold_seconds)
      from decided d left join (
        select s.id, array_agg(s.pool_id order by s.upto) as pools, array_agg(s.nanos order by s.upto) as amounts
          from splits s group by s.id) s on s.id = d.id
     where d.accepted
    returning id
  ), remaining as (
    select account_id, (funds - coalesce(max(upto) filter (where fits), 0))::bigint as nanos
      from decided group by account_id, funds
  )
  select d.id, case when d.amount_nanos > r.nanos then 'refused' else 'undecided' end, r.nanos
    from decided d join remaining r on r.account_id = d.account_id where not d.accepted;
end $$;

-- One flush of a proxy: settles first, so that what they release can be held again at once. One round trip, one commit.
-- The plans are made once and by index: planning costs more than a flush, and the statistics of a table that is filled
-- and emptied all the time would now and then choose to read all of it.
-- Besides the answers of meter_hold it names settled calls that came after their hold was voided: they were not charged.
create function meter_flush(p_batch uuid, p_calls metered_call[], p_holds metered_hold[])
returns table (id uuid, answer text, available_nanos bigint) language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  v_pools bigint[] := meter_lock(p_calls, p_holds);
begin
  if cardinality(p_calls) > 0 and meter_settle(p_batch, p_calls, v_pools) < cardinality(p_calls) then
    return query
    select c.id, 'voided', 0::bigint from unnest(p_calls) c
     where not exists (select from usage_events u where u.id = c.id and u.outcome <> 'voided');
  end if;
  if cardinality(p_holds) > 0 then
    return query select * from meter_hold(p_holds, v_pools);
  end if;
end $$;

-- Releases what calls that never ended still hold, and logs each at no charge.
create function meter_void_expired(p_limit integer) returns integer language plpgsql
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
  return meter_settle(gen_random_uuid(), v_calls, meter_lock(v_calls, '{}'));
end $$;
`;
