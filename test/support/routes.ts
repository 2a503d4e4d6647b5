import Anthropic from '@anthropic-ai/sdk';
import { expect } from '@jest/globals';
import { checkLedger } from '../../db/ledger-check.ts';
import { balances } from './customers.ts';
import { INPUT_NANOS, MAX_OUTPUT_TOKENS, OUTPUT_NANOS, type TestCaller, type TestProxy } from './proxy.ts';
import { until } from './until.ts';

const MILLION = 1_000_000n;

interface RouteModel {
  id: string;
  prices?: Record<string, bigint>;
  units?: Record<string, bigint>;
}

const tokens = {
  input_nanos: INPUT_NANOS * MILLION,
  output_nanos: OUTPUT_NANOS * MILLION,
  cache_read_nanos: (INPUT_NANOS / 10n) * MILLION,
};

/** One model for each kind of price. Units are priced per million. */
const routeModels: RouteModel[] = [
  { id: 'claude-sonnet-5-5', prices: tokens, units: { 'tool:web_search': 10_000_000n * MILLION } },
  { id: 'gpt-search', prices: tokens, units: { 'tool:web_search': 10_000_000n * MILLION } },
  { id: 'text-embedding-3-small', prices: { input_nanos: INPUT_NANOS * MILLION } },
  { id: 'gpt-3.5-turbo-instruct', prices: tokens },
  {
    id: 'gpt-image-1',
    prices: { input_nanos: INPUT_NANOS * MILLION, image_output_nanos: 40_000n * MILLION },
  },
  { id: 'dall-e-3', units: { image: 40_000_000n * MILLION, 'image:1024x1792:hd': 120_000_000n * MILLION } },
  { id: 'dall-e-2', prices: { per_call_nanos: 20_000_000n } },
  { id: 'tts-1', units: { character: 15_000n * MILLION } },
  { id: 'whisper-1', units: { second: 100_000n * MILLION } },
  { id: 'gpt-4o-mini-transcribe', prices: { ...tokens, audio_input_nanos: 3_000n * MILLION } },
  { id: 'rerank-v3.5', units: { search: 2_000_000n * MILLION } },
  { id: 'jina-reranker', prices: { input_nanos: INPUT_NANOS * MILLION } },
];

/** Adds the models of routes other than chat, and an upstream that speaks Anthropic's format. */
export async function seedRouteModels({ database: { db } }: TestProxy): Promise<void> {
  await db.raw(
    `insert into upstreams (id, kind, base_url, encrypted_key, timeout_seconds)
     select 'simulated-anthropic', 'anthropic', base_url, encrypted_key, timeout_seconds
       from upstreams where id = 'simulated'`,
  );
  for (const { id, prices = {}, units = {} } of routeModels) {
    await db.raw('insert into models (id, max_output_tokens) values (?, ?)', [id, MAX_OUTPUT_TOKENS]);
    const upstream = id.startsWith('claude') ? 'simulated-anthropic' : 'simulated';
    await db.raw('insert into upstream_models (model_id, upstream_id) values (?, ?)', [id, upstream]);
    const columns = Object.keys(prices);
    const { rows } = await db.raw(
      `insert into model_prices (${['model_id', ...columns].join(', ')})
       values (${['?', ...columns.map(() => '?')].join(', ')}) returning version`,
      [id, ...Object.values(prices).map(String)],
    );
    for (const [unit, nanos] of Object.entries(units))
      await db.raw('insert into model_unit_prices values (?, ?, ?)', [
        String(rows[0].version),
        unit,
        String(nanos),
      ]);
  }
}

export function anthropicFor({ url }: TestProxy, { key }: TestCaller): Anthropic {
  return new Anthropic({ apiKey: key.secret, baseURL: url, maxRetries: 0 });
}

/** After a test: nothing is held any more, and the ledger agrees with itself. */
export async function expectSettled(
  { database: { db } }: TestProxy,
  { accountId }: TestCaller,
): Promise<void> {
  const held = async () => (await balances(db, accountId))[0]?.[2];
  await until(held, (nanos) => nanos === 0n);
  expect((await checkLedger(db)).filter((check) => check.rows.length > 0)).toEqual([]);
}

/** The usage row of an answered call, once it is there. */
export function usageRowOf(
  tollgate: TestProxy,
  response: { headers: { get(name: string): string | null } },
): Promise<any> {
  const traceId = response.headers.get('x-request-id') ?? '';
  return until(
    () => tollgate.usage(traceId),
    (row) => row !== undefined,
  );
}

/** For routes that no official client speaks, and for bodies that none would send. */
export function postAs(
  { url }: TestProxy,
  { key }: TestCaller,
  path: string,
  body: object | string,
  {
    headers,
    signal,
  }: { headers?: Record<string, string> | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
}
