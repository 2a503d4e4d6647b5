import Anthropic from '@anthropic-ai/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import type { Behaviour } from '../../simulators/upstream/behaviour.ts';
import {
  INPUT_NANOS,
  OUTPUT_NANOS,
  startTestProxy,
  type TestCaller,
  type TestProxy,
} from '../support/proxy.ts';
import { anthropicFor, expectSettled, seedRouteModels } from '../support/routes.ts';
import { until } from '../support/until.ts';

const FUNDS = 1_000_000_000n;
let tollgate: TestProxy;
let caller: TestCaller;

beforeAll(async () => {
  tollgate = await startTestProxy();
  await seedRouteModels(tollgate);
});
afterAll(() => tollgate.stop());
beforeEach(async () => {
  await tollgate.upstream.control.reset();
  caller = await tollgate.caller({ pool: 'wallet', nanos: FUNDS });
});
afterEach(() => expectSettled(tollgate, caller));

interface Got {
  traceId: string;
  text: string;
  error: { status?: number | undefined; message: string } | undefined;
}

type Run = (leave?: number) => Promise<Got>;

/** Calls with the official client and collects what it gives; `leave` hangs up after so many pieces. */
async function collect(
  start: () => Promise<{ traceId: string; pieces: AsyncIterable<string> }>,
  leave?: number,
) {
  let traceId = '';
  let text = '';
  let seen = 0;
  try {
    const started = await start();
    traceId = started.traceId;
    for await (const piece of started.pieces) {
      text += piece;
      seen += 1;
      if (seen === leave) break;
    }
    return { traceId, text, error: undefined };
  } catch (error) {
    if (!(error instanceof OpenAI.APIError || error instanceof Anthropic.APIError)) throw error;
    return { traceId: error.requestID ?? traceId, text, error };
  }
}

async function* one(text: string) {
  yield text;
}

const traceOf = (response: Response) => response.headers.get('x-request-id') ?? '';

const messagesRequest = {
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Say something' }],
};
const responsesRequest = { model: 'gpt-4o', max_output_tokens: 100, input: 'Say something' };

const plainMessage: Run = () =>
  collect(async () => {
    const { data, response } = await anthropicFor(tollgate, caller)
      .messages.create(messagesRequest)
      .withResponse();
    const [block] = data.content;
    return { traceId: traceOf(response), pieces: one(block?.type === 'text' ? block.text : '') };
  });
const streamedMessage: Run = (leave) =>
  collect(async () => {
    const client = anthropicFor(tollgate, caller);
    const { data, response } = await client.messages
      .create({ ...messagesRequest, stream: true })
      .withResponse();
    async function* pieces() {
      for await (const event of data)
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') yield event.delta.text;
    }
    return { traceId: traceOf(response), pieces: pieces() };
  }, leave);
const plainResponse: Run = () =>
  collect(async () => {
    const { data, response } = await caller.client.responses.create(responsesRequest).withResponse();
    return { traceId: traceOf(response), pieces: one(data.output_text) };
  });
const streamedResponse: Run = (leave) =>
  collect(async () => {
    const { data, response } = await caller.client.responses
      .create({ ...responsesRequest, stream: true })
      .withResponse();
    async function* pieces() {
      for await (const event of data) if (event.type === 'response.output_text.delta') yield event.delta;
    }
    return { traceId: traceOf(response), pieces: pieces() };
  }, leave);

const usageOf = (traceId: string) =>
  until(
    () => tollgate.usage(traceId),
    (row) => row !== undefined,
  );
const charge = (input: number, output: number) => BigInt(input) * INPUT_NANOS + BigInt(output) * OUTPUT_NANOS;
const always = (behaviour: Behaviour) => tollgate.upstream.control.always(behaviour);

const routes: [string, Run, boolean, string, string][] = [
  ['a plain message', plainMessage, false, '/v1/messages', 'simulated-anthropic'],
  ['a streamed message', streamedMessage, true, '/v1/messages', 'simulated-anthropic'],
  ['a plain response', plainResponse, false, '/v1/responses', 'simulated'],
  ['a streamed response', streamedResponse, true, '/v1/responses', 'simulated'],
];

describe.each(routes)('%s', (_, call, isStream, route, upstream) => {
  it('that finishes is charged what was reported, what was cached at its price', async () => {
    await always({ tokens: 20, prompt_tokens: 50, cached_tokens: 40 });
    const { traceId, text, error } = await call();
    expect(error).toBeUndefined();
    expect(text).toMatch(/^The simulated model answers/);
    expect(await usageOf(traceId)).toMatchObject({
      route,
      outcome: 'finished',
      estimated: false,
      streamed: isStream,
      upstream_id: upstream,
      input_tokens: 10n,
      cache_read_tokens: 40n,
      output_tokens: 20n,
      charge_nanos: charge(10, 20) + 4n * INPUT_NANOS,
    });
  });

  it.each([500, 401])('that the upstream answers with %d costs nothing', async (status) => {
    await always({ status });
    const { traceId, error } = await call();
    expect(error).toMatchObject({ status: 502 });
    expect(await usageOf(traceId)).toMatchObject({ outcome: 'upstream_failed', charge_nanos: 0n });
  });

  it('that the upstream finds wrong costs nothing, and the caller reads why', async () => {
    await always({ status: 400, message: 'temperature is too hot' });
    const { traceId, error } = await call();
    expect(error).toMatchObject({ status: 400 });
    expect(error?.message).toContain('temperature is too hot');
    expect(await usageOf(traceId)).toMatchObject({ outcome: 'refused', charge_nanos: 0n });
  });

  it('whose usage is missing is charged what was counted, and says so', async () => {
    await always({ usage: 'omit', tokens: 20 });
    const { traceId, text, error } = await call();
    expect(error).toBeUndefined();
    const row = await usageOf(traceId);
    expect(row).toMatchObject({ outcome: 'finished', estimated: true });
    expect(Number(row.output_tokens)).toBeGreaterThanOrEqual(Math.ceil(text.length / 4));
    expect(row.charge_nanos).toBe(charge(Number(row.input_tokens), Number(row.output_tokens)));
  });
});

describe.each(routes.filter(([, , isStream]) => isStream))('%s', (_, call) => {
  it('that breaks is charged what came, as an estimate, and the client raises', async () => {
    await always({ tokens: 20, break_after: 8 });
    const { traceId, error } = await call();
    expect(error?.message).toMatch(/broke off/);
    const row = await usageOf(traceId);
    expect(row).toMatchObject({ outcome: 'broken', estimated: true });
    expect(row.output_tokens).toBeGreaterThanOrEqual(8n);
    expect(row.output_tokens).toBeLessThan(20n);
  });

  it('that ends without its end is charged what came', async () => {
    await always({ tokens: 20, end_after: 8 });
    const { traceId, error } = await call();
    expect(error).toBeDefined();
    const row = await usageOf(traceId);
    expect(row).toMatchObject({ outcome: 'broken', estimated: true });
    expect(row.output_tokens).toBeGreaterThanOrEqual(8n);
  });

  it('that says that it failed is charged what came', async () => {
    await always({ tokens: 20, error_after: 8 });
    const { traceId, error } = await call();
    expect(error).toBeDefined();
    expect(await usageOf(traceId)).toMatchObject({ outcome: 'broken', estimated: true });
  });

  it('whose caller leaves is charged what came, and the upstream stops', async () => {
    await always({ tokens: 200, chunk_ms: 20 });
    const { traceId } = await call(5);
    const row = await usageOf(traceId);
    expect(row).toMatchObject({ outcome: 'caller_left', http_status: 499 });
    expect(row.output_tokens).toBeGreaterThanOrEqual(5n);
    expect(row.output_tokens).toBeLessThan(100n);
    expect(await tollgate.upstream.control.stats()).toMatchObject({ aborted_by_client: 1, completed: 0 });
  });

  it('whose last event is larger than a read is whole and settled', async () => {
    await always({ tokens: 3, chunk_chars: 60_000 });
    const { traceId, text, error } = await call();
    expect(error).toBeUndefined();
    expect(text).toHaveLength(180_000);
    expect(await usageOf(traceId)).toMatchObject({
      outcome: 'finished',
      estimated: false,
      output_tokens: 3n,
    });
  });
});

describe.each(routes.filter(([, , isStream]) => !isStream))('%s', (_, call) => {
  it('that breaks costs nothing: the caller got none of it', async () => {
    await always({ break_after: 0 });
    const { traceId, error } = await call();
    expect(error).toMatchObject({ status: 502 });
    expect(await usageOf(traceId)).toMatchObject({ outcome: 'upstream_failed', charge_nanos: 0n });
  });
});
