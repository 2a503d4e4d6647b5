import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { checkLedger } from '../../db/ledger-check.ts';
import { sealUpstreamKey } from '../../providers/upstream-key.ts';
import type { Behaviour } from '../../simulators/upstream/behaviour.ts';
import { startUpstreamSimulator, type UpstreamSimulator } from '../../simulators/upstream/start.ts';
import { balances } from '../support/customers.ts';
import {
  INPUT_NANOS,
  OUTPUT_NANOS,
  startTestProxy,
  type TestCaller,
  type TestProxy,
  testEncryptionKey,
} from '../support/proxy.ts';
import { until } from '../support/until.ts';

const FUNDS = 1_000_000_000n;
const KEY = 'sk-upstream-secret';
let tollgate: TestProxy;
let spare: UpstreamSimulator;
let caller: TestCaller;
let model: string;

beforeAll(async () => {
  tollgate = await startTestProxy();
  spare = await startUpstreamSimulator({ apiKey: KEY });
  await addUpstream('spare', spare.url, KEY, 5);
  await addUpstream('impatient', tollgate.upstream.url, KEY, 1);
  await addUpstream('wrong-key', tollgate.upstream.url, 'sk-of-somebody-else', 5);
  // Nobody may listen on port 1 here.
  await addUpstream('gone', 'http://127.0.0.1:1', KEY, 5);
});
afterAll(async () => {
  await tollgate.stop();
  await spare.close();
});
beforeEach(async () => {
  await tollgate.upstream.control.reset();
  await spare.control.reset();
  caller = await tollgate.caller({ pool: 'wallet', nanos: FUNDS });
});
afterEach(async () => {
  const { rows } = await tollgate.database.db.raw(
    'select coalesce(sum(charge_nanos), 0)::bigint as sum from usage_events where account_id = ?',
    [caller.accountId],
  );
  expect(await balances(tollgate.database.db, caller.accountId)).toEqual([
    ['wallet', FUNDS - rows[0].sum, 0n],
  ]);
  expect((await checkLedger(tollgate.database.db)).filter((check) => check.rows.length > 0)).toEqual([]);
});

async function addUpstream(id: string, url: string, key: string, timeoutSeconds: number): Promise<void> {
  await tollgate.database.db.raw(
    'insert into upstreams (id, base_url, encrypted_key, timeout_seconds) values (?, ?, ?, ?)',
    [id, `${url}/v1`, sealUpstreamKey(testEncryptionKey, key), timeoutSeconds],
  );
}

let models = 0;

/** A model of its own for each test: what one test does to an upstream's health is not the next one's matter. */
async function servedBy(...upstreams: string[]): Promise<void> {
  const { db } = tollgate.database;
  model = `model-${models++}`;
  await db.raw('insert into models (id, max_output_tokens) values (?, 1000)', [model]);
  await db.raw('insert into model_prices (model_id, input_nanos, output_nanos) values (?, ?, ?)', [
    model,
    String(INPUT_NANOS * 1_000_000n),
    String(OUTPUT_NANOS * 1_000_000n),
  ]);
  for (const [priority, upstream] of upstreams.entries())
    await db.raw('insert into upstream_models (model_id, upstream_id, priority) values (?, ?, ?)', [
      model,
      upstream,
      priority,
    ]);
  await until(
    async () => (await tollgate.proxy.deps.models.current()).models.get(model)?.upstreams.length,
    (known) => known === upstreams.length,
  );
}

const request = (behaviour: Behaviour = {}) => ({
  model,
  messages: [{ role: 'user' as const, content: 'Say something' }],
  max_tokens: 100,
  metadata: { simulate: JSON.stringify({ tokens: 20, prompt_tokens: 50, ...behaviour }) },
});

interface Got {
  traceId: string;
  text: string;
  error: InstanceType<typeof OpenAI.APIError> | undefined;
}

async function plain(): Promise<Got> {
  try {
    const answer = await caller.client.chat.completions.create(request());
    return {
      traceId: answer._request_id ?? '',
      text: answer.choices[0]?.message.content ?? '',
      error: undefined,
    };
  } catch (error) {
    return failed(error, '', '');
  }
}

async function streamed(): Promise<Got> {
  let traceId = '';
  let text = '';
  try {
    const { data, response } = await caller.client.chat.completions
      .create({ ...request(), stream: true })
      .withResponse();
    traceId = response.headers.get('x-request-id') ?? '';
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
    return { traceId, text, error: undefined };
  } catch (error) {
    return failed(error, traceId, text);
  }
}

function failed(error: unknown, traceId: string, text: string): Got {
  if (!(error instanceof OpenAI.APIError)) throw error;
  return { traceId: error.requestID ?? traceId, text, error };
}

async function usageRows() {
  const { rows } = await tollgate.database.db.raw(
    'select id, upstream_id, outcome, charge_nanos from usage_events where account_id = ? order by id',
    [caller.accountId],
  );
  return rows;
}

const askedFirst = async () => (await tollgate.upstream.control.requests()).length;
const askedSpare = async () => (await spare.control.requests()).length;
const CHARGE = 50n * INPUT_NANOS + 20n * OUTPUT_NANOS;

describe.each([
  ['a plain call', plain],
  ['a stream', streamed],
] as const)('%s', (_, call) => {
  it.each<[string, string, Behaviour, number]>([
    ['cannot be reached', 'gone', {}, 0],
    ['hangs up', 'simulated', { cut: true }, 1],
    ['says nothing until the time-out', 'impatient', { hang: true }, 1],
    ['does not take our key', 'wrong-key', {}, 1],
    ['forbids', 'simulated', { status: 403 }, 1],
    ['does not know the model', 'simulated', { status: 404 }, 1],
    ['has no room', 'simulated', { status: 429 }, 1],
    ['has no room for a while', 'simulated', { status: 429, retry_after: 30 }, 1],
    ['fails with 500', 'simulated', { status: 500 }, 1],
    ['fails with 502', 'simulated', { status: 502 }, 1],
    ['fails with 503', 'simulated', { status: 503 }, 1],
    ['is overloaded', 'simulated', { status: 529 }, 1],
  ])(
    'is answered by the next upstream when the first %s, and charged once',
    async (_kind, first, how, asked) => {
      await servedBy(first, 'spare');
      await tollgate.upstream.control.always(how);
      const { traceId, text, error } = await call();
      expect(error).toBeUndefined();
      expect(text).toMatch(/^The simulated model answers/);
      expect([await askedFirst(), await askedSpare()]).toEqual([asked, 1]);
      expect(await usageRows()).toEqual([
        { id: traceId, upstream_id: 'spare', outcome: 'finished', charge_nanos: CHARGE },
      ]);
    },
  );

  it('that the first upstream finds wrong is not sent to the next', async () => {
    await servedBy('simulated', 'spare');
    await tollgate.upstream.control.always({ status: 400, code: 'odd' });
    expect((await call()).error).toMatchObject({ status: 400, code: 'odd' });
    expect(await askedSpare()).toBe(0);
    expect(await usageRows()).toMatchObject([
      { outcome: 'refused', upstream_id: 'simulated', charge_nanos: 0n },
    ]);
  });

  it('that all upstreams fail is answered with what the last one said, and costs nothing', async () => {
    await servedBy('simulated', 'spare');
    await tollgate.upstream.control.always({ status: 500 });
    await spare.control.always({ status: 429, retry_after: 7 });
    const { error } = await call();
    expect(error).toMatchObject({ status: 429, code: 'upstream_rate_limited' });
    expect(error?.headers?.get('retry-after')).toBe('7');
    expect(await usageRows()).toMatchObject([
      { outcome: 'upstream_failed', upstream_id: 'spare', charge_nanos: 0n },
    ]);
  });

  it('that broke off after it began is not begun anew', async () => {
    await servedBy('simulated', 'spare');
    await tollgate.upstream.control.always({ break_after: 3 });
    const { error } = await call();
    expect(error ?? 'an error').not.toBeUndefined();
    expect(await askedSpare()).toBe(0);
    const [usage] = await until(usageRows, (rows) => rows.length === 1);
    expect(usage.upstream_id).toBe('simulated');
    // A plain call got none of it; of a stream what was delivered is charged.
    if (call === plain) expect(usage).toMatchObject({ outcome: 'upstream_failed', charge_nanos: 0n });
    else expect(usage).toMatchObject({ outcome: 'broken', charge_nanos: expect.any(BigInt) });
  });
});

describe('a stream', () => {
  it('that ends without a single byte is answered by the next upstream', async () => {
    await servedBy('simulated', 'spare');
    await tollgate.upstream.control.always({ raw_body: '' });
    const { error, text } = await streamed();
    expect(error).toBeUndefined();
    expect(text).toMatch(/^The simulated model answers/);
    expect(await usageRows()).toMatchObject([{ upstream_id: 'spare', charge_nanos: CHARGE }]);
  });
});

describe('an upstream', () => {
  it('that fails five times in a row is left alone, is probed after a second, and comes back', async () => {
    await servedBy('simulated', 'spare');
    await tollgate.upstream.control.always({ status: 500 });
    for (let i = 0; i < 8; i++) expect((await plain()).error).toBeUndefined();
    expect(await askedFirst()).toBe(5);
    expect((await readyz()).upstreams).toContainEqual({ upstream: 'simulated', model, state: 'open' });
    await tollgate.upstream.control.reset();
    await until(plain, () => true);
    expect(await askedFirst()).toBe(0);
    await until(
      async () => {
        await plain();
        return askedFirst();
      },
      (asked) => asked >= 3,
    );
    expect((await readyz()).upstreams).not.toContainEqual(expect.objectContaining({ model }));
  });

  it('that said for how long it has no room is asked again then, and not before', async () => {
    await servedBy('simulated', 'spare');
    await tollgate.upstream.control.next({ status: 429, retry_after: 1 });
    const startedAt = performance.now();
    await plain();
    for (let i = 0; i < 5; i++) await plain();
    expect(await askedFirst()).toBe(1);
    await until(
      async () => {
        await plain();
        return askedFirst();
      },
      (asked) => asked > 1,
    );
    expect(performance.now() - startedAt).toBeGreaterThan(1_000);
  });

  it('that is the only one is asked however often it failed', async () => {
    await servedBy('simulated');
    await tollgate.upstream.control.always({ status: 500 });
    for (let i = 0; i < 7; i++) expect((await plain()).error).toMatchObject({ status: 502 });
    await tollgate.upstream.control.reset();
    expect((await plain()).error).toBeUndefined();
  });

  it('shows in the figures', async () => {
    await servedBy('simulated', 'spare');
    await tollgate.upstream.control.always({ status: 500 });
    for (let i = 0; i < 5; i++) await plain();
    const figures = await (await fetch(`${tollgate.url}/metrics`)).text();
    expect(figures).toContain(`tollgate_upstream_state{upstream="simulated",model="${model}"} 3`);
    expect(figures).toMatch(/tollgate_upstream_attempts_total\{upstream="simulated",end="failed"\} [1-9]/);
  });

  it('is not asked for a caller who left while the first one was silent', async () => {
    await servedBy('simulated', 'spare');
    await tollgate.upstream.control.always({ hang: true });
    const leaving = new AbortController();
    const call = caller.client.chat.completions.create(
      { ...request(), stream: true },
      { signal: leaving.signal },
    );
    await until(askedFirst, (asked) => asked === 1);
    leaving.abort();
    await expect(call).rejects.toThrow(/abort/i);
    const [usage] = await until(usageRows, (rows) => rows.length === 1);
    expect(usage).toMatchObject({ outcome: 'caller_left', charge_nanos: 0n });
    expect(await askedSpare()).toBe(0);
  });
});

async function readyz(): Promise<any> {
  return (await fetch(`${tollgate.url}/readyz`)).json();
}
