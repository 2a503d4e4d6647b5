import type { Db, Transaction } from './connection.ts';

// A call can still be written after this: its body was long in coming, a proxy's clock is slow.
const LATE_MINUTES = 15;
// Bounds a transaction; an hour of a busy deployment has millions.
const SLICE_CALLS = 100_000;

interface Slice {
  lower: Date;
  upper: Date;
}

/**
 * Adds calls that are over to the sums of their hours, a slice of the log at a time. Each counts once: what is counted
 * and up to where is written in one transaction. Safe in many processes at once: one does it. Answers whether there may
 * be more.
 */
export function countUsage(db: Db): Promise<boolean> {
  return db.transaction(
    async (trx) => {
      await trx.raw('set local statement_timeout = 0');
      const lock = await trx.raw(`select pg_try_advisory_xact_lock(hashtext('usage_hours')) as mine`);
      const slice = lock.rows[0].mine ? await nextSlice(trx) : undefined;
      if (!slice) return false;
      await addSlice(trx, slice);
      await trx.raw('update usage_counted set upto = :upper', { ...slice });
      return true;
    },
    { isolationLevel: 'repeatable read' },
  );
}

/**
 * From the first call that is not counted to the end of its hour, unless that is too near: a call may be in flight, and
 * then its hold says since when.
 */
async function nextSlice(trx: Transaction): Promise<Slice | undefined> {
  const { rows } = await trx.raw<{ rows: Slice[] }>(
    `select lower, least(hour_end, full_at, settled) as upper
       from (select uuid_time(id) as lower, id,
                    date_trunc('hour', uuid_time(id), 'UTC') + interval '1 hour' as hour_end
               from usage_events where id >= uuid_at((select upto from usage_counted)) order by id limit 1) first
      cross join lateral (select least(now() - make_interval(mins => :late), min(uuid_time(h.id))) as settled
              from (select id from holds order by id limit 1) h) s
       left join lateral (select uuid_time(id) as full_at from usage_events
              where id > first.id and id < uuid_at(hour_end) order by id limit 1 offset :most) f on true`,
    { late: LATE_MINUTES, most: SLICE_CALLS },
  );
  const [slice] = rows;
  return slice && slice.lower < slice.upper ? slice : undefined;
}

/** A slice lies within one hour. */
async function addSlice(trx: Transaction, { lower, upper }: Slice): Promise<void> {
  await trx.raw(
    `insert into usage_hours as h (account_id, hour, model_id, api_key_id, calls, input_tokens, output_tokens,
       charge_nanos, uncollected_nanos)
     select account_id, date_trunc('hour', cast(:lower as timestamptz), 'UTC'), model_id, api_key_id, count(*),
            sum(input_tokens), sum(output_tokens), sum(charge_nanos), sum(uncollected_nanos)
       from usage_amounts
      where id >= uuid_at(cast(:lower as timestamptz)) and id < uuid_at(cast(:upper as timestamptz))
      group by account_id, model_id, api_key_id
     on conflict (account_id, hour, model_id, api_key_id) do update set
       calls = h.calls + excluded.calls, input_tokens = h.input_tokens + excluded.input_tokens,
       output_tokens = h.output_tokens + excluded.output_tokens, charge_nanos = h.charge_nanos + excluded.charge_nanos,
       uncollected_nanos = h.uncollected_nanos + excluded.uncollected_nanos`,
    { lower, upper },
  );
}
