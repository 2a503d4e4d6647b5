import type { Db } from '../db/connection.ts';

interface DemoModel {
  id: string;
  maxOutputTokens: number;
  /** Nanos per million tokens, i.e. USD × 10⁹. Absent: a free model. */
  price?: DemoPrice;
  maxTokensField?: 'max_completion_tokens';
  /** Also served in Anthropic's format. */
  speaksAnthropic?: true;
}

interface DemoPrice {
  input?: bigint;
  output?: bigint;
  cacheRead?: bigint;
  cacheWrite5m?: bigint;
  cacheWrite1h?: bigint;
  imageOutput?: bigint;
  /** Nanos per million, too: of images, seconds, characters, searches, calls of tools. */
  units?: Record<string, bigint>;
}

const UPSTREAM = 'simulated';
const ANTHROPIC_UPSTREAM = 'simulated-anthropic';

const usd = (cents: bigint) => cents * 10_000_000n;
const MILLION = 1_000_000n;
/** $10 for a thousand searches. */
const searches = { 'tool:web_search': usd(1n) * MILLION };

/** Names and list prices that callers know, served by the simulated upstream. */
const demoModels: DemoModel[] = [
  {
    id: 'gpt-4o',
    maxOutputTokens: 16_384,
    price: { input: 2_500_000_000n, output: 10_000_000_000n, cacheRead: 1_250_000_000n, units: searches },
  },
  {
    id: 'gpt-4o-mini',
    maxOutputTokens: 16_384,
    price: { input: 150_000_000n, output: 600_000_000n, cacheRead: 75_000_000n },
  },
  {
    id: 'gpt-4.1',
    maxOutputTokens: 32_768,
    price: { input: 2_000_000_000n, output: 8_000_000_000n, cacheRead: 500_000_000n },
  },
  {
    id: 'o4-mini',
    maxOutputTokens: 100_000,
    price: { input: 1_100_000_000n, output: 4_400_000_000n, cacheRead: 275_000_000n },
    maxTokensField: 'max_completion_tokens',
  },
  {
    id: 'claude-sonnet-5-5',
    maxOutputTokens: 64_000,
    speaksAnthropic: true,
    price: {
      input: 3_000_000_000n,
      output: 15_000_000_000n,
      cacheRead: 300_000_000n,
      cacheWrite5m: 3_750_000_000n,
      cacheWrite1h: 6_000_000_000n,
      units: searches,
    },
  },
  {
    id: 'deepseek-chat',
    maxOutputTokens: 8192,
    price: { input: 270_000_000n, output: 1_100_000_000n, cacheRead: 70_000_000n },
  },
  {
    id: 'gpt-3.5-turbo-instruct',
    maxOutputTokens: 4096,
    price: { input: 1_500_000_000n, output: 2_000_000_000n },
  },
  { id: 'text-embedding-3-small', maxOutputTokens: 1, price: { input: 20_000_000n } },
  {
    id: 'gpt-image-1',
    maxOutputTokens: 6_208,
    price: { input: 5_000_000_000n, imageOutput: 40_000_000_000n },
  },
  {
    id: 'dall-e-3',
    maxOutputTokens: 1,
    price: {
      units: {
        'image:1024x1024': usd(4n) * MILLION,
        'image:1792x1024': usd(8n) * MILLION,
        'image:1024x1792': usd(8n) * MILLION,
        'image:1024x1024:hd': usd(8n) * MILLION,
        'image:1792x1024:hd': usd(12n) * MILLION,
        'image:1024x1792:hd': usd(12n) * MILLION,
      },
    },
  },
  { id: 'tts-1', maxOutputTokens: 1, price: { units: { character: 15_000_000_000n } } },
  // $0.006 a minute.
  { id: 'whisper-1', maxOutputTokens: 1, price: { units: { second: 100_000n * MILLION } } },
  { id: 'rerank-v3.5', maxOutputTokens: 1, price: { units: { search: 2_000_000n * MILLION } } },
  { id: 'tollgate-free', maxOutputTokens: 4096 },
];

/** Models, first prices, and the way to the simulated upstream, whose port can differ from start to start. */
export function seedModels(db: Db, upstreamUrl: string): Promise<void> {
  return db.transaction(async (trx) => {
    await seedUpstream(trx, UPSTREAM, 'openai', upstreamUrl);
    await seedUpstream(trx, ANTHROPIC_UPSTREAM, 'anthropic', upstreamUrl);
    for (const model of demoModels) await seedModel(trx, model);
  });
}

type Writer = Pick<Db, 'raw'>;

async function seedUpstream(trx: Writer, id: string, kind: 'openai' | 'anthropic', url: string) {
  await trx.raw(
    `insert into upstreams (id, kind, base_url) values (:id, :kind, :url)
     on conflict (id) do update set base_url = excluded.base_url where upstreams.base_url <> excluded.base_url`,
    { id, kind, url },
  );
}

async function seedModel(trx: Writer, model: DemoModel) {
  const { id, maxOutputTokens, price, maxTokensField, speaksAnthropic } = model;
  await trx.raw(
    'insert into models (id, free, max_output_tokens) values (:id, :free, :maxOutputTokens) on conflict (id) do nothing',
    { id, free: price === undefined, maxOutputTokens },
  );
  for (const upstream of speaksAnthropic ? [UPSTREAM, ANTHROPIC_UPSTREAM] : [UPSTREAM])
    await trx.raw(
      `insert into upstream_models (model_id, upstream_id, max_tokens_field) values (:id, :upstream, :field)
       on conflict (model_id, upstream_id) do nothing`,
      { id, upstream, field: maxTokensField ?? 'max_tokens' },
    );
  if (price) await seedPrice(trx, id, price);
}

async function seedPrice(trx: Writer, id: string, price: DemoPrice) {
  const text = (nanos: bigint | undefined) => (nanos === undefined ? null : `${nanos}`);
  const { rows } = await trx.raw(
    `insert into model_prices (model_id, input_nanos, output_nanos, cache_read_nanos, cache_write_5m_nanos,
       cache_write_1h_nanos, image_output_nanos)
     select :id, cast(:input as bigint), cast(:output as bigint), cast(:cacheRead as bigint),
       cast(:cacheWrite5m as bigint), cast(:cacheWrite1h as bigint), cast(:imageOutput as bigint)
      where not exists (select from model_prices where model_id = :id)
     returning version`,
    {
      id,
      input: text(price.input ?? 0n),
      output: text(price.output ?? 0n),
      cacheRead: text(price.cacheRead),
      cacheWrite5m: text(price.cacheWrite5m),
      cacheWrite1h: text(price.cacheWrite1h),
      imageOutput: text(price.imageOutput),
    },
  );
  for (const [unit, nanos] of Object.entries(rows[0] ? (price.units ?? {}) : {}))
    await trx.raw(
      'insert into model_unit_prices (version, unit, nanos_per_million) values (:version, :unit, cast(:nanos as bigint))',
      { version: `${rows[0].version}`, unit, nanos: text(nanos) },
    );
}
