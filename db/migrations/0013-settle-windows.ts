/** Settles also what calls hold in windows; but for that, `meter_settle` is what it was. */
export const up = `
-- Charges finished calls and releases their holds. Deleting the hold is what makes a call count once: a call
-- without one was settled before, or voided. Call only with the pools that meter_lock returned.
create or replace function meter_settle(p_batch uuid, p_calls metered_call[], p_pools bigint[]) returns integer language plpgsql as $$
declare
  v_calls uuid[] := array(select c.id from unnest(p_calls) c);
  v_settled integer;
  v_limited window_hold[];
begin
  with released as (
    delete from holds h where h.id = any (v_calls)
    returning h.id, h.ledger_account_ids, h.amounts_nanos, h.window_ids, h.window_amounts
  ), calls as (
    select c.*, r.ledger_account_ids, r.amounts_nanos, r.window_ids, r.window_amounts
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
      batch_id, started_at, first_byte_ms, duration_ms, window_ids)
    select c.id, c.account_id, c.api_key_id, c.model_id, c.price_version, c.upstream_id, c.route, c.streamed, c.outcome,
           c.estimated, c.http_status, c.input_tokens, c.output_tokens, c.cache_read_tokens, c.cache_write_5m_tokens,
           c.cache_write_1h_tokens, c.image_input_tokens, c.image_output_tokens, c.audio_input_tokens,
           c.audio_output_tokens, c.charge_nanos, c.cost_nanos,
           coalesce(b.main, 0), coalesce(b.backup, 0), coalesce(b.voucher, 0), coalesce(b.wallet, 0),
           c.charge_nanos - coalesce(b.total, 0),
           p_batch, c.started_at, c.first_byte_ms, c.duration_ms, c.window_ids
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
  select count(*), (select array_agg((c.id, c.window_ids, c.window_amounts)::window_hold)
                      from calls c where c.window_ids is not null)
    into v_settled, v_limited from logged;
  if v_limited is not null then
    perform meter_settle_windows(v_limited);
  end if;
  return v_settled;
end $$;
`;
