import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { checkLedger } from '../../db/ledger-check.ts';
import type { Behaviour } from '../../simulators/upstream/behaviour.ts';
import { balances } from '../support/customers.ts';
import {
  INPUT_NANOS,
  OUTPUT_NANOS,
  startTestProxy,
  type TestCaller,
  type TestProxy,
} from '../support/proxy.ts';
import { until } from '../support/until.ts';

const FUNDS = 1_000_000_000n;
let tollgate: TestProxy;
let caller: TestCaller;

beforeAll(async () => {
  tollgate = await startTestProxy();
});
afterAll(() => tollgate.stop());
beforeEach(async () => {
  await tollgate.upstream.control.reset();
  caller = await tollgate.caller({ pool: 'wallet', nanos: FUNDS });
});
afterEach(async () => {
  const { rows } = await tollgate.database.db.raw(
    'select sum(charge_nanos - uncollected_nanos)::bigint as sum from usage_events where account_id = ?',
    [caller.accountId],
  );
  expect(await balances(tollgate.database.db, caller.accountId)).toEqual([
    ['wallet', FUNDS - (rows[0].sum ?? 0n), 0n],
  ]);
  expect((await checkLedger(tollgate.database.db)).filter((check) => check.rows.length > 0)).toEqual([]);
});

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Say something' }];
const request = { model: 'gpt-4o', messages, max_tokens: 100 };
const simulate = (behaviour: Behaviour) => ({ metadata: { simulate: JSON.stringify(behaviour) } });

interface Got {
  traceId: string;
  text: string;
  error: InstanceType<typeof OpenAI.APIError> | undefined;
}

async function plain(behaviour: Behaviour): Promise<Got> {
  try {
    const answer = await caller.client.chat.completions.create({ ...request, ...simulate(behaviour) });
    return {
      traceId: answer._request_id ?? '',
      text: answer.choices[0]?.message.content ?? '',
      error: undefined,
    };
  } catch (error) {
    return failed(error, '');
  }
}

async function streamed(behaviour: Behaviour): Promise<Got> {
  let traceId = '';
  let text = '';
  try {
    const { data, response } = await caller.client.chat.completions
      .create({ ...request, ...simulate(behaviour), stream: true })
      .withResponse();
    traceId = response.headers.get('x-request-id') ?? '';
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
    return { traceId, text, error: undefined };
  } catch (error) {
    return { ...failed(error, traceId), text };
  }
}

function failed(error: unknown, traceId: string): Got {
  if (!(error instanceof OpenAI.APIError)) throw error;
  return { traceId: error.requestID ?? traceId, text: '', error };
}

const usageOf = (traceId: string) =>
  until(
    () => tollgate.usage(traceId),
    (row) => row !== undefined,
  );
const charge = (input: number, output: number) => BigInt(input) * INPUT_NANOS + BigInt(output) * OUTPUT_NANOS;

describe.each([
  ['a plain call', plain, false],
  ['a stream', streamed, true],
] as const)('%s', (_, call, isStream) => {
  it('that finishes is charged what was reported', async () => {
    const { traceId, text, error } = await call({ tokens: 20, prompt_tokens: 50 });
    expect(error).toBeUndefined();
    expect(text).toMatch(/^The simulated model answers/);
    expect(await usageOf(traceId)).toMatchObject({
      outcome: 'finished',
      estimated: false,
      streamed: isStream,
      http_status: 200,
      input_tokens: 50n,
      output_tokens: 20n,
      charge_nanos: charge(50, 20),
      wallet_nanos: charge(50, 20),
      cost_nanos: charge(50, 20) / 2n,
      upstream_id: 'simulated',
      price_version: expect.any(BigInt),
      account_id: caller.accountId,
      api_key_id: caller.key.id,
    });
  });

  it('is charged cached tokens once, at their price', async () => {
    const { traceId } = await call({ tokens: 1, prompt_tokens: 50, cached_tokens: 40 });
    expect(await usageOf(traceId)).toMatchObject({
      input_tokens: 10n,
      cache_read_tokens: 40n,
      charge_nanos: charge(10, 1) + 40n * (INPUT_NANOS / 10n),
    });
  });

  it('is charged reasoning as output', async () => {
    const { traceId } = await call({ tokens: 5, prompt_tokens: 10, reasoning_tokens: 30 });
    expect(await usageOf(traceId)).toMatchObject({ output_tokens: 35n });
  });

  it.each([401, 403, 404, 500, 502])(
    'that the upstream answers with %d costs nothing and does not look like a fault of the caller',
    async (status) => {
      const { traceId, error } = await call({ status });
      expect(error).toMatchObject({ status: 502, code: 'upstream_failed' });
      expect(await usageOf(traceId)).toMatchObject({
        outcome: 'upstream_failed',
        charge_nanos: 0n,
        http_status: 502,
      });
    },
  );

  it('that the upstream has no room for costs nothing, and reads neither as a limit of the caller nor as lack of money', async () => {
    const { traceId, error } = await call({ status: 429, retry_after: 7 });
    expect(error).toMatchObject({ status: 429, code: 'upstream_rate_limited' });
    expect(error?.headers?.get('retry-after')).toBe('7');
    expect(await usageOf(traceId)).toMatchObject({
      outcome: 'upstream_failed',
      charge_nanos: 0n,
      http_status: 429,
    });
  });

  it('that the upstream finds wrong costs nothing and says why', async () => {
    const { traceId, error } = await call({ status: 400, message: 'messages[0] is odd', code: 'odd' });
    expect(error).toMatchObject({ status: 400, code: 'odd' });
    expect(error?.message).toContain('messages[0] is odd');
    expect(await usageOf(traceId)).toMatchObject({ outcome: 'refused', charge_nanos: 0n, http_status: 400 });
  });

  it('whose upstream hangs up before any output costs nothing', async () => {
    const { traceId, error } = await call({ cut: true });
    expect(error).toMatchObject({ status: 502, code: 'upstream_failed' });
    expect(await usageOf(traceId)).toMatchObject({ outcome: 'upstream_failed', charge_nanos: 0n });
  });

  it('whose upstream answers with something else costs nothing', async () => {
    const { traceId, error } = await call({ raw_body: '<html>It works!</html>' });
    expect(error).toMatchObject({ status: 502 });
    expect(await usageOf(traceId)).toMatchObject({ outcome: 'upstream_failed', charge_nanos: 0n });
  });

  it('without usage is charged what was counted, flagged as estimated', async () => {
    const { traceId, error } = await call({ tokens: 40, usage: 'omit' });
    expect(error).toBeUndefined();
    const usage = await usageOf(traceId);
    expect(usage).toMatchObject({ outcome: 'finished', estimated: true });
    expect(Number(usage.output_tokens)).toBeGreaterThan(30);
    expect(Number(usage.output_tokens)).toBeLessThan(80);
    expect(usage.charge_nanos).toBe(charge(Number(usage.input_tokens), Number(usage.output_tokens)));
  });

  it.each([
    ['negative', { completion_tokens: -1_000_000 }],
    ['endless', { completion_tokens: 1e30 }],
    ['text', { prompt_tokens: '50' }],
    ['null', { prompt_tokens: null, completion_tokens: null }],
    ['negative in the details', { prompt_tokens_details: { cached_tokens: -1_000_000 } }],
  ])('whose usage is a lie (%s) is never a credit', async (_lie, usage_override) => {
    const { traceId, error } = await call({ tokens: 40, usage_override });
    expect(error).toBeUndefined();
    const usage = await usageOf(traceId);
    expect(usage).toMatchObject({ outcome: 'finished', estimated: true });
    expect(usage.charge_nanos).toBeGreaterThan(charge(0, 30));
    expect(usage.charge_nanos).toBeLessThan(charge(200, 100));
  });

  it('that costs more than was held takes what is there and records the rest', async () => {
    const { traceId } = await call({
      tokens: 5,
      usage_override: { prompt_tokens: 0, completion_tokens: 900_000, total_tokens: 900_000 },
    });
    expect(await usageOf(traceId)).toMatchObject({
      charge_nanos: charge(0, 900_000),
      wallet_nanos: FUNDS,
      uncollected_nanos: charge(0, 900_000) - FUNDS,
    });
  });
});
