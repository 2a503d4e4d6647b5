import type { Db, Transaction } from './connection.ts';
import { readSnapshot } from './snapshot.ts';

/** One thing the check compares. `rows` are the places where both sides differ; none means it holds. */
export interface CheckResult {
  name: string;
  rows: Record<string, unknown>[];
}

/** Each query returns its violations. All of them see one snapshot. */
const checks: Record<string, string> = {
  'every pool balance equals the sum of its entries': `
    select a.id as ledger_account_id, a.account_id, a.pool, a.posted_nanos, coalesce(e.sum_nanos, 0) as entries_nanos
      from ledger_accounts a
      left join (select ledger_account_id, sum(amount_nanos) as sum_nanos from ledger_entries group by 1) e
        on e.ledger_account_id = a.id
     where a.account_id is not null and a.posted_nanos <> coalesce(e.sum_nanos, 0)`,

  'all entries together sum to zero': `
    select sum(amount_nanos) as sum_nanos from ledger_entries having coalesce(sum(amount_nanos), 0) <> 0`,

  'every entry belongs to a ledger account': `
    select e.transfer_id, e.ledger_account_id from ledger_entries e
     where not exists (select from ledger_accounts a where a.id = e.ledger_account_id)`,

  'every transfer stays with its customer': `
    select t.id as transfer_id, t.account_id, a.account_id as pool_account_id
      from ledger_transfers t join ledger_accounts a on a.id in (t.debit_id, t.credit_id)
     where a.account_id is not null and a.account_id is distinct from t.account_id
    union all
    select t.batch_id, t.account_id, a.account_id
      from usage_transfers t join ledger_accounts a on a.id = t.debit_id
     where a.account_id is not null and a.account_id <> t.account_id`,

  'every pool holds what its holds say': `
    select a.id as ledger_account_id, a.account_id, a.pool, a.held_nanos, coalesce(h.sum_nanos, 0) as holds_nanos
      from ledger_accounts a
      left join (select pool_id, sum(amount) as sum_nanos
                   from holds cross join unnest(ledger_account_ids, amounts_nanos) as part (pool_id, amount)
                  group by 1) h on h.pool_id = a.id
     where a.held_nanos <> coalesce(h.sum_nanos, 0)`,

  'every cap, budget and key limit holds what its holds say': `
    select w.id as window_id, w.account_id, w.scope, w.held, coalesce(h.sum, 0) as holds_sum
      from spend_windows w
      left join (select window_id, sum(amount) as sum
                   from holds cross join unnest(window_ids, window_amounts) as part (window_id, amount)
                  group by 1) h on h.window_id = w.id
     where w.held <> coalesce(h.sum, 0)`,

  'every cap, budget and key limit has used what its calls say': `
    select w.id as window_id, w.account_id, w.scope, w.used, coalesce(u.sum, 0) as calls_sum
      from spend_windows w
      left join (select s.id, sum(window_use(s.scope, e.outcome, e.charge_nanos, e.cost_nanos, e.main_nanos + e.backup_nanos,
                                       e.charge_nanos - e.uncollected_nanos)) as sum
                   from usage_events e cross join unnest(e.window_ids) as part (window_id)
                   join spend_windows s on s.id = part.window_id
                  where e.window_ids is not null group by 1) u on u.id = w.id
     where w.used <> coalesce(u.sum, 0)`,

  'no customer pool is below zero': `
    select id as ledger_account_id, account_id, pool, posted_nanos, held_nanos from ledger_accounts
     where account_id is not null and posted_nanos - held_nanos < 0`,

  'usage rows and usage transfers agree, batch by batch and pool by pool': `
    with charged as (
      select batch_id::text as batch, account_id, part.pool, sum(part.nanos) as nanos
        from usage_events
        cross join lateral (values ('main', main_nanos), ('backup', backup_nanos), ('voucher', voucher_nanos),
          ('wallet', wallet_nanos), ('uncollected', uncollected_nanos)) as part (pool, nanos)
       where part.nanos <> 0 group by 1, 2, 3
    ), posted as (
      select t.batch, t.account_id, coalesce(a.pool, a.code) as pool, sum(t.amount_nanos) as nanos
        from usage_postings t join ledger_accounts a on a.id = t.debit_id group by 1, 2, 3
    )
    select batch, account_id, pool, charged.nanos as charged_nanos, posted.nanos as posted_nanos
      from charged full join posted using (batch, account_id, pool)
     where charged.nanos is distinct from posted.nanos`,

  'usage by the hour is the sum of its calls': `
    with counted as (
      select account_id, date_trunc('hour', uuid_time(id), 'UTC') as hour, count(*) as calls, sum(charge_nanos) as charge,
             sum(uncollected_nanos) as uncollected, sum(input_tokens + output_tokens) as tokens
        from usage_amounts where id < uuid_at((select upto from usage_counted)) group by 1, 2
    ), kept as (
      select account_id, hour, sum(calls)::bigint as calls, sum(charge_nanos) as charge, sum(uncollected_nanos) as uncollected,
             sum(input_tokens + output_tokens) as tokens
        from usage_hours
       -- Months whose calls are no longer kept have only their sums.
       where hour >= (select date_trunc('hour', uuid_time(id), 'UTC') from usage_events order by id limit 1) group by 1, 2
    )
    select account_id, hour, c.calls, k.calls as kept_calls, c.charge as charge_nanos, k.charge as kept_charge_nanos
      from counted c full join kept k using (account_id, hour)
     where (c.calls, c.charge, c.uncollected, c.tokens) is distinct from (k.calls, k.charge, k.uncollected, k.tokens)`,

  'every order is credited what its transfers say': `
    select o.id as order_id, o.number, o.status, o.credited_nanos, coalesce(t.sum_nanos, 0) as transfers_nanos
      from orders o
      left join (select reference, sum(amount_nanos) as sum_nanos from ledger_transfers
                  where kind in ('top_up', 'plan_payment') group by 1) t
        on t.reference = o.id::text
     where o.credited_nanos <> coalesce(t.sum_nanos, 0)
        or (o.status = 'credited' and o.credited_nanos = 0)`,

  'every top-up transfer belongs to an order of the same account': `
    select t.id as transfer_id, t.reference from ledger_transfers t
     where t.kind = 'top_up' and not exists
       (select from orders o where o.id::text = t.reference and o.account_id = t.account_id)`,

  'every period was granted what its transfers say': `
    with granted as (
      select reference, split_part(idempotency_key, ':', 3)::integer as period_index, sum(amount_nanos) as nanos
        from ledger_transfers where kind = 'grant' and idempotency_key like 'grant:%:%:%' group by 1, 2)
    select p.subscription_id, p.period_index, p.status, coalesce(g.nanos, 0) as transfers_nanos
      from subscription_periods p
      left join granted g on g.reference = p.subscription_id::text and g.period_index = p.period_index
     where coalesce(g.nanos, 0) <> p.base_nanos + p.bonus_nanos + p.backup_nanos`,

  'every charge that succeeded was booked once': `
    select c.id as charge_id, c.status, c.amount_minor, coalesce(t.nanos, 0) as transfers_nanos
      from charges c
      left join (select reference, sum(amount_nanos) as nanos from ledger_transfers
                  where kind = 'plan_payment' group by 1) t on t.reference = c.id::text
     where coalesce(t.nanos, 0) <> case when c.status = 'succeeded' then c.amount_minor * 10000000 else 0 end`,

  'every refund was booked once: sent by its provider, or credited where it came back': `
    with moved as (
      select t.reference, a.account_id is null as is_sent,
             sum(case when a.id = t.credit_id then t.amount_nanos else -t.amount_nanos end) as nanos
        from refunds r join ledger_transfers t on t.reference = r.id::text and t.kind = 'refund'
        join ledger_accounts a on a.id in (t.debit_id, t.credit_id)
       where a.code = 'provider_clearing:' || r.provider or a.pool = 'wallet'
       group by 1, 2)
    select r.id as refund_id, r.status, r.amount_nanos, coalesce(s.nanos, 0) as sent_nanos,
           coalesce(w.nanos, 0) as credited_nanos
      from refunds r
      left join moved s on s.reference = r.id::text and s.is_sent
      left join moved w on w.reference = r.id::text and not w.is_sent
     where coalesce(s.nanos, 0) <> case when r.status = 'succeeded' then r.amount_nanos else 0 end
        or coalesce(w.nanos, 0) <> case when r.status = 'failed' then r.amount_nanos else 0 end`,
};

/** Rebuilds every total from the entries and reports drift. Reads one snapshot, changes nothing. */
export function checkLedger(db: Db): Promise<CheckResult[]> {
  return readSnapshot(db, async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    const results: CheckResult[] = [];
    for (const [name, sql] of Object.entries(checks))
      results.push({ name, rows: await violations(trx, sql) });
    return results;
  });
}

async function violations(trx: Transaction, sql: string): Promise<Record<string, unknown>[]> {
  const result = await trx.raw<{ rows: Record<string, unknown>[] }>(`${sql} limit 100`);
  return result.rows;
}
