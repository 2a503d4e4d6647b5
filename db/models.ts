import type { Db } from './connection.ts';

export interface PricedModel {
  id: string;
  free: boolean;
  /** Nanos per million tokens, before the multipliers. */
  inputNanos: bigint;
  outputNanos: bigint;
  cacheReadNanos: bigint;
  /** Of the model's price and of the account's group, in parts per million. */
  multiplierPpm: bigint;
  groupMultiplierPpm: bigint;
}

/** The enabled models with the prices that this account pays now. A model without a price cannot be called. */
export async function listPricedModels(db: Db, accountId: string): Promise<PricedModel[]> {
  const { rows } = await db.raw(
    `select m.id, m.free, p.input_nanos as "inputNanos", p.output_nanos as "outputNanos",
            coalesce(p.cache_read_nanos, p.input_nanos) as "cacheReadNanos",
            p.multiplier_ppm as "multiplierPpm", g.multiplier_ppm as "groupMultiplierPpm"
       from models m
       join lateral (
         select * from model_prices
          where model_id = m.id and effective_from <= now()
          order by effective_from desc, version desc limit 1) p on true
       join accounts a on a.id = ?
       join price_groups g on g.id = a.price_group
      where m.enabled
      order by m.id`,
    [accountId],
  );
  return rows;
}
