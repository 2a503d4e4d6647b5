import type { Db } from './connection.ts';

export interface PricedModel {
  id: string;
  free: boolean;
  /** Nanos per million tokens, before the multipliers. */
  inputNanos: bigint;
  outputNanos: bigint;
  cacheReadNanos: bigint;
  /** Nanos for a call, beside what it uses. */
  perCallNanos: bigint;
  /** What is not counted in tokens. */
  units: { unit: string; nanosPerMillion: string }[];
  /** Of the model's price and of the account's group, in parts per million. */
  multiplierPpm: bigint;
  groupMultiplierPpm: bigint;
}

/** The enabled models with the prices that this account pays now. Without a price only a free model can be called. */
export async function listPricedModels(db: Db, accountId: string): Promise<PricedModel[]> {
  const { rows } = await db.raw(
    `select m.id, m.free, coalesce(p.input_nanos, 0) as "inputNanos", coalesce(p.output_nanos, 0) as "outputNanos",
            coalesce(p.cache_read_nanos, p.input_nanos, 0) as "cacheReadNanos",
            coalesce(p.per_call_nanos, 0) as "perCallNanos",
            array(select json_build_object('unit', u.unit, 'nanosPerMillion', u.nanos_per_million::text)
                    from model_unit_prices u where u.version = p.version order by u.unit) as units,
            coalesce(p.multiplier_ppm, 1000000) as "multiplierPpm", g.multiplier_ppm as "groupMultiplierPpm"
       from models m
       left join lateral (
         select * from model_prices
          where model_id = m.id and effective_from <= now()
          order by effective_from desc, version desc limit 1) p on true
       join accounts a on a.id = ?
       join price_groups g on g.id = a.price_group
      where m.enabled and (m.free or p.version is not null)
      order by m.id`,
    [accountId],
  );
  return rows;
}
