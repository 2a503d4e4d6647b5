import type { ImportedPrice } from '../billing/ratio-prices.ts';
import type { Db } from './connection.ts';

type Reader = Pick<Db, 'raw'>;

/** The newest version of a model's price, in effect or not, as it is stored. */
export interface StoredPrice extends Omit<ImportedPrice, 'units'> {
  version: bigint;
  units: Record<string, string>;
}

export async function listModelIds(db: Reader): Promise<string[]> {
  const { rows } = await db.raw('select id from models');
  return rows.map(({ id }: { id: string }) => id);
}

export async function listStoredPrices(db: Reader): Promise<StoredPrice[]> {
  const { rows } = await db.raw(
    `select distinct on (model_id) model_id as "modelId", version, input_nanos as "inputNanos",
            output_nanos as "outputNanos", cache_read_nanos as "cacheReadNanos",
            cache_write_5m_nanos as "cacheWrite5mNanos", cache_write_1h_nanos as "cacheWrite1hNanos",
            image_input_nanos as "imageInputNanos", audio_input_nanos as "audioInputNanos",
            audio_output_nanos as "audioOutputNanos", per_call_nanos as "perCallNanos",
            coalesce((select jsonb_object_agg(unit, nanos_per_million::text)
                        from model_unit_prices u where u.version = p.version), '{}') as units
       from model_prices p order by model_id, effective_from desc, version desc`,
  );
  return rows;
}

export async function listGroups(db: Reader): Promise<Record<string, bigint>> {
  const { rows } = await db.raw('select id, multiplier_ppm as ppm from price_groups');
  return Object.fromEntries(rows.map(({ id, ppm }: { id: string; ppm: bigint }) => [id, ppm]));
}

export async function addModel(db: Reader, id: string): Promise<void> {
  await db.raw('insert into models (id) values (?) on conflict (id) do nothing', [id]);
}

/** A new version from now on. What a table of ratios knows nothing of stays as in the version before. */
export async function addPriceVersion(db: Reader, price: ImportedPrice): Promise<void> {
  const { modelId, units, ...nanos } = price;
  const texts = Object.entries(nanos).map(([name, value]) => [name, value === null ? null : `${value}`]);
  const { rows } = await db.raw(
    `insert into model_prices (model_id, input_nanos, output_nanos, cache_read_nanos, cache_write_5m_nanos,
       cache_write_1h_nanos, image_input_nanos, audio_input_nanos, audio_output_nanos, per_call_nanos,
       image_output_nanos, cost_ppm, multiplier_ppm)
     select :modelId, :inputNanos, :outputNanos, :cacheReadNanos, :cacheWrite5mNanos, :cacheWrite1hNanos,
            :imageInputNanos, :audioInputNanos, :audioOutputNanos, :perCallNanos,
            p.image_output_nanos, coalesce(p.cost_ppm, 1000000), coalesce(p.multiplier_ppm, 1000000)
       from (select 1) one left join lateral (
         select * from model_prices where model_id = :modelId order by effective_from desc, version desc limit 1) p on true
     returning version`,
    { modelId, ...Object.fromEntries(texts) },
  );
  for (const [unit, perMillion] of Object.entries(units))
    await db.raw('insert into model_unit_prices (version, unit, nanos_per_million) values (?, ?, ?)', [
      `${rows[0].version}`,
      unit,
      `${perMillion}`,
    ]);
}

export async function setGroup(db: Reader, id: string, ppm: bigint): Promise<void> {
  await db.raw(
    `insert into price_groups (id, multiplier_ppm) values (?, ?)
     on conflict (id) do update set multiplier_ppm = excluded.multiplier_ppm`,
    [id, `${ppm}`],
  );
}
