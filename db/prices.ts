import type { Price } from '../billing/pricing.ts';
import type { Db } from './connection.ts';

/** One price version as `priceColumns` reads it. */
export interface PriceRow {
  version: bigint | null;
  input_nanos: bigint;
  output_nanos: bigint;
  cache_read_nanos: bigint;
  cache_write_5m_nanos: bigint;
  cache_write_1h_nanos: bigint;
  image_input_nanos: bigint;
  image_output_nanos: bigint;
  audio_input_nanos: bigint;
  audio_output_nanos: bigint;
  per_call_nanos: bigint;
  cost_ppm: bigint;
  multiplier_ppm: bigint;
  units: Record<string, string> | null;
}

/** Of `model_prices p`, which may be missing: a bucket without a price of its own costs what input, or output, costs. */
export const priceColumns = `p.version,
  coalesce(p.input_nanos, 0) as input_nanos, coalesce(p.output_nanos, 0) as output_nanos,
  coalesce(p.cache_read_nanos, p.input_nanos, 0) as cache_read_nanos,
  coalesce(p.cache_write_5m_nanos, p.input_nanos, 0) as cache_write_5m_nanos,
  coalesce(p.cache_write_1h_nanos, p.input_nanos, 0) as cache_write_1h_nanos,
  coalesce(p.image_input_nanos, p.input_nanos, 0) as image_input_nanos,
  coalesce(p.image_output_nanos, p.output_nanos, 0) as image_output_nanos,
  coalesce(p.audio_input_nanos, p.input_nanos, 0) as audio_input_nanos,
  coalesce(p.audio_output_nanos, p.output_nanos, 0) as audio_output_nanos,
  coalesce(p.per_call_nanos, 0) as per_call_nanos, coalesce(p.cost_ppm, 0) as cost_ppm,
  coalesce(p.multiplier_ppm, 0) as multiplier_ppm,
  (select jsonb_object_agg(u.unit, u.nanos_per_million::text)
     from model_unit_prices u where u.version = p.version) as units`;

export function toPrice(row: PriceRow): Price {
  const units = row.units && {
    units: new Map(Object.entries(row.units).map(([unit, nanos]) => [unit, BigInt(nanos)])),
  };
  return {
    version: row.version ?? 0n,
    inputNanos: row.input_nanos,
    outputNanos: row.output_nanos,
    cacheReadNanos: row.cache_read_nanos,
    cacheWrite5mNanos: row.cache_write_5m_nanos,
    cacheWrite1hNanos: row.cache_write_1h_nanos,
    imageInputNanos: row.image_input_nanos,
    imageOutputNanos: row.image_output_nanos,
    audioInputNanos: row.audio_input_nanos,
    audioOutputNanos: row.audio_output_nanos,
    perCallNanos: row.per_call_nanos,
    costPpm: row.cost_ppm,
    multiplierPpm: row.multiplier_ppm,
    ...units,
  };
}

/** The price of any time, by the version that a usage row names. */
export async function findPrice(db: Db, version: bigint): Promise<Price | undefined> {
  const { rows } = await db.raw(`select ${priceColumns} from model_prices p where p.version = ?`, [
    String(version),
  ]);
  return rows[0] && toPrice(rows[0]);
}

/**
 * The multipliers of the account's group that a call of that instant can have had, the likely one first: proxies hear of
 * a change within a second, so what was true until shortly before counts too.
 */
export async function groupMultipliersAt(db: Db, accountId: string, at: Date): Promise<bigint[]> {
  const { rows } = await db.raw(
    `with moment as (select cast(:at as timestamptz) as at, cast(:at as timestamptz) - interval '3 seconds' as before),
     groups as (
       select coalesce(
                (select h.price_group from account_group_history h
                  where h.account_id = a.id and h.until > at order by h.until limit 1), a.price_group) as id, 0 as late
         from accounts a, moment where a.id = :accountId
       union all
       select h.price_group, 1 from account_group_history h, moment
        where h.account_id = :accountId and h.until > before and h.until <= at
     )
     select coalesce(
              (select h.multiplier_ppm from price_group_history h
                where h.group_id = p.id and h.until > at order by h.until limit 1), p.multiplier_ppm) as ppm, g.late
       from groups g join price_groups p on p.id = g.id, moment
     union all
     select h.multiplier_ppm, g.late + 1
       from groups g join price_group_history h on h.group_id = g.id, moment
      where h.until > before and h.until <= at
     order by late`,
    { accountId, at },
  );
  return rows.map((row: { ppm: bigint }) => row.ppm);
}
