import OpenAI from 'openai';
import { pino } from 'pino';
import type { Db } from '../../db/connection.ts';
import { sealUpstreamKey } from '../../providers/upstream-key.ts';
import type { ProxySettings } from '../../proxy/deps.ts';
import { type RunningProxy, startProxy } from '../../proxy/proxy.ts';
import { startUpstreamSimulator, type UpstreamSimulator } from '../../simulators/upstream/start.ts';
import { addKey, type FundedPool, fundedAccount, type TestKey } from './customers.ts';
import { type TestDatabase, testDatabase } from './database.ts';

/** $1 a million tokens in, $2 out: 1,000 and 2,000 nanos a token. */
export const INPUT_NANOS = 1_000n;
export const OUTPUT_NANOS = 2_000n;
export const MAX_OUTPUT_TOKENS = 1_000;

export const testEncryptionKey = Buffer.alloc(32, 7).toString('base64');
const UPSTREAM_KEY = 'sk-upstream-secret';

export interface TestCaller {
  accountId: string;
  key: TestKey;
  client: OpenAI;
}

export interface TestProxy {
  url: string;
  proxy: RunningProxy;
  upstream: UpstreamSimulator;
  database: TestDatabase;
  /** What was logged, as JSON lines. */
  logLines: string[];
  /** A customer with this much in these pools. */
  caller(...pools: FundedPool[]): Promise<TestCaller>;
  clientFor(key: TestKey): OpenAI;
  usage(traceId: string): Promise<any>;
  stop(): Promise<void>;
}

/** A proxy over HTTP, a database of its own, and the simulated upstream, which wants the sealed key. */
export async function startTestProxy(settings: Partial<ProxySettings> = {}): Promise<TestProxy> {
  const database = await testDatabase();
  const upstream = await startUpstreamSimulator({ apiKey: UPSTREAM_KEY });
  await seedTestCatalog(database.db, upstream.url);
  const logLines: string[] = [];
  const proxy = await startProxy({
    databaseUrl: database.url,
    host: '127.0.0.1',
    port: 0,
    encryptionKey: testEncryptionKey,
    settings: { ...defaults, ...settings },
    log: pino({ level: 'debug' }, { write: (line: string) => void logLines.push(line) }),
  });
  const url = `http://127.0.0.1:${proxy.port}`;
  await ready(url);
  const clientFor = (key: TestKey) => new OpenAI({ apiKey: key.secret, baseURL: `${url}/v1`, maxRetries: 0 });
  return {
    url,
    proxy,
    upstream,
    database,
    logLines,
    clientFor,
    caller: async (...pools) => {
      const { accountId } = await fundedAccount(database.db, pools);
      const key = await addKey(database.db, accountId);
      return { accountId, key, client: clientFor(key) };
    },
    usage: async (traceId) => {
      const { rows } = await database.db.raw('select * from usage_events where id = ?', [traceId]);
      return rows[0];
    },
    stop: async () => {
      await proxy.stop();
      await upstream.close();
      await database.drop();
    },
  };
}

const defaults: ProxySettings = {
  maxBodyBytes: 8 * 1024 * 1024,
  maxUploadBytes: 26 * 1024 * 1024,
  callMaxSeconds: 60,
  trustedProxies: 0,
  topUpUrl: 'https://tollgate.example/console/topup',
};

export async function seedTestCatalog(db: Db, upstreamUrl: string): Promise<void> {
  await db.raw(
    `insert into upstreams (id, base_url, encrypted_key, timeout_seconds) values ('simulated', ?, ?, 5)`,
    [`${upstreamUrl}/v1`, sealUpstreamKey(testEncryptionKey, UPSTREAM_KEY)],
  );
  for (const [id, free] of [
    ['gpt-4o', false],
    ['gpt-free', true],
  ] as const) {
    await db.raw('insert into models (id, free, max_output_tokens) values (?, ?, ?)', [
      id,
      free,
      MAX_OUTPUT_TOKENS,
    ]);
    await db.raw(`insert into upstream_models (model_id, upstream_id) values (?, 'simulated')`, [id]);
  }
  await db.raw(
    `insert into model_prices (model_id, input_nanos, output_nanos, cache_read_nanos, cost_ppm) values ('gpt-4o', ?, ?, ?, 500000)`,
    [String(INPUT_NANOS * 1_000_000n), String(OUTPUT_NANOS * 1_000_000n), String(INPUT_NANOS * 100_000n)],
  );
}

async function ready(url: string): Promise<void> {
  while ((await fetch(`${url}/readyz`)).status !== 200)
    await new Promise((resolve) => setTimeout(resolve, 20));
}
