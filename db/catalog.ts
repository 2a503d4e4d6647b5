import type pg from 'pg';
import type { Price } from '../billing/pricing.ts';
import { type PriceRow, priceColumns, toPrice } from './prices.ts';

/** A model that can be called: enabled, with a price (free models need none). */
export interface CatalogModel {
  id: string;
  free: boolean;
  /** Whatever the plan, only the wallet pays. */
  walletOnly: boolean;
  maxOutputTokens: number;
  createdAt: Date;
  price: Price;
  /** By priority. Empty: nobody serves it at the moment. */
  upstreams: CatalogUpstream[];
}

export interface CatalogUpstream {
  id: string;
  kind: 'openai' | 'anthropic';
  baseUrl: string;
  encryptedKey: Buffer | undefined;
  timeoutSeconds: number;
  /** It goes on working, and billing, when it is hung up on: it is read to its end instead. */
  billsAfterCancel: boolean;
  /** What the upstream calls the model. */
  model: string;
  maxTokensField: 'max_tokens' | 'max_completion_tokens';
  priority: number;
  weight: number;
}

export interface Catalog {
  models: ReadonlyMap<string, CatalogModel>;
  /** When the next price version takes effect. */
  changesInMs: number | undefined;
}

export async function loadCatalog(pool: pg.Pool): Promise<Catalog> {
  const [models, upstreams, next] = await Promise.all([
    currentModels(pool),
    enabledUpstreams(pool),
    nextPriceChange(pool),
  ]);
  return {
    models: new Map(models.map((row) => [row.id, toModel(row, upstreams)])),
    changesInMs: next,
  };
}

interface ModelRow extends PriceRow {
  id: string;
  free: boolean;
  wallet_only: boolean;
  max_output_tokens: bigint;
  created_at: Date;
}

async function currentModels(pool: pg.Pool): Promise<ModelRow[]> {
  const { rows } = await pool.query<ModelRow>(
    `select m.id, m.free, m.wallet_only, m.max_output_tokens, m.created_at, ${priceColumns}
       from models m left join lateral (
         select * from model_prices p where p.model_id = m.id and p.effective_from <= now()
          order by p.effective_from desc, p.version desc limit 1) p on true
      where m.enabled and (m.free or p.version is not null)
      order by m.id`,
  );
  return rows;
}

interface UpstreamRow {
  model_id: string;
  id: string;
  kind: 'openai' | 'anthropic';
  base_url: string;
  encrypted_key: Buffer | null;
  timeout_seconds: number;
  bills_after_cancel: boolean;
  upstream_model: string;
  max_tokens_field: 'max_tokens' | 'max_completion_tokens';
  priority: number;
  weight: number;
}

async function enabledUpstreams(pool: pg.Pool): Promise<UpstreamRow[]> {
  const { rows } = await pool.query<UpstreamRow>(
    `select r.model_id, u.id, u.kind, u.base_url, u.encrypted_key, u.timeout_seconds, u.bills_after_cancel,
            coalesce(r.upstream_model, r.model_id) as upstream_model, r.max_tokens_field, r.priority, r.weight
       from upstream_models r join upstreams u on u.id = r.upstream_id
      where u.enabled order by r.model_id, r.priority, u.id`,
  );
  return rows;
}

async function nextPriceChange(pool: pg.Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ ms: number | null }>(
    `select (extract(epoch from min(effective_from) - now()) * 1000)::float8 as ms
       from model_prices where effective_from > now()`,
  );
  return rows[0]?.ms ?? undefined;
}

function toModel(row: ModelRow, upstreams: UpstreamRow[]): CatalogModel {
  return {
    id: row.id,
    free: row.free,
    walletOnly: row.wallet_only,
    maxOutputTokens: Number(row.max_output_tokens),
    createdAt: row.created_at,
    // A free model may have a cost price, but the caller pays nothing.
    price: row.free ? { ...toPrice(row), multiplierPpm: 0n } : toPrice(row),
    upstreams: upstreams.filter((upstream) => upstream.model_id === row.id).map(toUpstream),
  };
}

function toUpstream(row: UpstreamRow): CatalogUpstream {
  return {
    id: row.id,
    kind: row.kind,
    baseUrl: row.base_url,
    encryptedKey: row.encrypted_key ?? undefined,
    timeoutSeconds: row.timeout_seconds,
    billsAfterCancel: row.bills_after_cancel,
    model: row.upstream_model,
    maxTokensField: row.max_tokens_field,
    priority: row.priority,
    weight: row.weight,
  };
}
