import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type OpenAI from 'openai';
import type { Behaviour } from '../../simulators/upstream/behaviour.ts';
import {
  INPUT_NANOS,
  OUTPUT_NANOS,
  startTestProxy,
  type TestCaller,
  type TestProxy,
} from '../support/proxy.ts';
import { anthropicFor, expectSettled, postAs, seedRouteModels, usageRowOf } from '../support/routes.ts';

const FUNDS = 1_000_000_000n;
let tollgate: TestProxy;
let caller: TestCaller;
let client: OpenAI;

beforeAll(async () => {
  tollgate = await startTestProxy();
  await seedRouteModels(tollgate);
});
afterAll(() => tollgate.stop());
beforeEach(async () => {
  await tollgate.upstream.control.reset();
  caller = await tollgate.caller({ pool: 'wallet', nanos: FUNDS });
  client = caller.client;
});
afterEach(() => expectSettled(tollgate, caller));

const always = (behaviour: Behaviour) => tollgate.upstream.control.always(behaviour);

const usageOf = (response: { headers: { get(name: string): string | null } }) =>
  usageRowOf(tollgate, response);

const post = (path: string, body: object, headers?: Record<string, string>) =>
  postAs(tollgate, caller, path, body, { headers });

describe('embeddings', () => {
  it('cost their input', async () => {
    const { data, response } = await client.embeddings
      .create({ model: 'text-embedding-3-small', input: 'a'.repeat(400), dimensions: 8 })
      .withResponse();
    expect(data.data[0]?.embedding).toHaveLength(8);
    expect(await usageOf(response)).toMatchObject({ input_tokens: 100n, charge_nanos: 100n * INPUT_NANOS });
  });
});

describe('completions', () => {
  const request = { model: 'gpt-3.5-turbo-instruct', prompt: 'Once', max_tokens: 50 };

  it('cost what is reported, also where the caller did not ask for usage in the stream', async () => {
    const { data, response } = await client.completions.create({ ...request, stream: true }).withResponse();
    for await (const chunk of data) expect(chunk.usage ?? null).toBeNull();
    expect(await usageOf(response)).toMatchObject({
      input_tokens: 1n,
      output_tokens: 20n,
      charge_nanos: INPUT_NANOS + 20n * OUTPUT_NANOS,
    });
  });

  it('hold for every answer to every prompt', async () => {
    const refused = client.completions.create({
      ...request,
      prompt: ['a', 'b', 'c', 'd', 'e'],
      n: 128,
      max_tokens: 2000,
    });
    await expect(refused).rejects.toMatchObject({ code: 'insufficient_balance' });
  });
});

describe('images', () => {
  it('cost the tokens that were reported', async () => {
    const { response } = await client.images
      .generate({ model: 'gpt-image-1', prompt: 'A gate', quality: 'high', n: 2 })
      .withResponse();
    expect(await usageOf(response)).toMatchObject({
      image_output_tokens: 8320n,
      units: { 'image:1024x1024:high': 2 },
      charge_nanos: 2n * INPUT_NANOS + 8320n * 40_000n,
      outcome: 'finished',
      estimated: false,
    });
  });

  it('cost what their size and quality do, where tokens are not reported', async () => {
    const { response } = await client.images
      .generate({ model: 'dall-e-3', prompt: 'A gate', size: '1024x1792', quality: 'hd' })
      .withResponse();
    expect(await usageOf(response)).toMatchObject({
      units: { 'image:1024x1792:hd': 1 },
      charge_nanos: 120_000_000n,
    });
  });

  it('are billed for what came, not for what was asked for', async () => {
    await always({ tokens: 2 });
    const { data, response } = await client.images
      .generate({ model: 'dall-e-3', prompt: 'A gate', size: '1024x1024', quality: 'standard', n: 5 })
      .withResponse();
    expect(data.data).toHaveLength(2);
    expect(await usageOf(response)).toMatchObject({
      units: { 'image:1024x1024:standard': 2 },
      charge_nanos: 80_000_000n,
    });
  });

  it('without a price of their own cost the price of a call each', async () => {
    const { response } = await client.images
      .generate({ model: 'dall-e-2', prompt: 'A gate', n: 3 })
      .withResponse();
    expect(await usageOf(response)).toMatchObject({ charge_nanos: 60_000_000n });
  });

  it('are held for at the dearest price where the upstream may choose', async () => {
    const poor = await tollgate.caller({ pool: 'wallet', nanos: 100_000_000n });
    const asked = { model: 'dall-e-3', prompt: 'A gate' };
    await expect(poor.client.images.generate(asked)).rejects.toMatchObject({
      status: 403,
      code: 'insufficient_balance',
    });
    await poor.client.images.generate({ ...asked, size: '1024x1024', quality: 'standard' });
  });

  it('stream, and the last one waits for its settlement, however large it is', async () => {
    await always({ chunk_chars: 300_000 });
    const { data, response } = await client.images
      .generate({ model: 'gpt-image-1', prompt: 'A gate', stream: true, partial_images: 2 })
      .withResponse();
    const types: string[] = [];
    for await (const event of data) types.push(event.type);
    expect(types).toEqual([
      'image_generation.partial_image',
      'image_generation.partial_image',
      'image_generation.completed',
    ]);
    expect(await usageOf(response)).toMatchObject({
      streamed: true,
      outcome: 'finished',
      image_output_tokens: 1056n,
      units: { 'image:1024x1024:medium': 1 },
    });
  });
});

describe('rerank', () => {
  const documents = Array.from({ length: 150 }, (_, index) => `document ${index}`);

  it('costs its searches', async () => {
    const answer = await post('/v1/rerank', { model: 'rerank-v3.5', query: 'gates', documents, top_n: 3 });
    expect(await answer.json()).toMatchObject({ results: [{ index: 0 }, { index: 1 }, { index: 2 }] });
    expect(await usageOf(answer)).toMatchObject({ units: { search: 2 }, charge_nanos: 4_000_000n });
  });

  it('costs its tokens where those are reported', async () => {
    const answer = await post('/v1/rerank', {
      model: 'jina-reranker',
      query: 'gate',
      documents: ['four', 'char'],
    });
    expect(await usageOf(answer)).toMatchObject({ input_tokens: 3n, charge_nanos: 3n * INPUT_NANOS });
  });
});

describe('tools that the upstream runs', () => {
  it('cost their calls in responses', async () => {
    const search = { type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'x' } };
    const opened = { ...search, action: { type: 'open_page' } };
    const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
    await always({
      raw_body: JSON.stringify({ status: 'completed', output: [search, opened, search], usage }),
    });
    const answer = await post('/v1/responses', {
      model: 'gpt-search',
      input: 'x',
      max_output_tokens: 50,
      tools: [{ type: 'web_search' }],
    });
    expect(await usageOf(answer)).toMatchObject({
      units: { 'tool:web_search': 2 },
      charge_nanos: 10n * INPUT_NANOS + 5n * OUTPUT_NANOS + 20_000_000n,
    });
  });

  it.each([false, true])('cost one search in a chat that asks for it (streamed: %s)', async (stream) => {
    await always({ prompt_tokens: 10, tokens: 5 });
    const answer = await post('/v1/chat/completions', {
      model: 'gpt-search',
      messages: [{ role: 'user', content: 'x' }],
      max_tokens: 50,
      web_search_options: {},
      stream,
    });
    await answer.text();
    expect(await usageOf(answer)).toMatchObject({
      units: { 'tool:web_search': 1 },
      charge_nanos: 10n * INPUT_NANOS + 5n * OUTPUT_NANOS + 10_000_000n,
    });
  });

  it('cost a search in a chat also where the upstream reports nothing', async () => {
    await always({ usage: 'omit', tokens: 5 });
    const answer = await post('/v1/chat/completions', {
      model: 'gpt-search',
      messages: [{ role: 'user', content: 'x' }],
      max_tokens: 50,
      web_search_options: { search_context_size: 'low' },
    });
    expect(await usageOf(answer)).toMatchObject({ units: { 'tool:web_search': 1 }, estimated: true });
  });

  it('cost their calls in messages', async () => {
    await always({
      prompt_tokens: 10,
      tokens: 5,
      usage_override: { server_tool_use: { web_search_requests: 3 } },
    });
    const { response } = await anthropicFor(tollgate, caller)
      .messages.create({
        model: 'claude-sonnet-5-5',
        max_tokens: 50,
        messages: [{ role: 'user', content: 'x' }],
      })
      .withResponse();
    expect(await usageOf(response)).toMatchObject({
      units: { 'tool:web_search': 3 },
      charge_nanos: 10n * INPUT_NANOS + 5n * OUTPUT_NANOS + 30_000_000n,
    });
  });
});

describe('a pace or place that has no price', () => {
  const chat = { model: 'gpt-search', messages: [{ role: 'user', content: 'x' }], max_tokens: 50 };
  const message = { ...chat, model: 'claude-sonnet-5-5' };

  it.each([
    ['/v1/chat/completions', { ...chat, service_tier: 'priority' }, 'service_tier'],
    ['/v1/chat/completions', { ...chat, service_tier: 'flex' }, 'service_tier'],
    ['/v1/responses', { model: 'gpt-search', input: 'x', service_tier: 'fast' }, 'service_tier'],
    ['/v1/completions', { model: 'gpt-search', prompt: 'x', service_tier: 'priority' }, 'service_tier'],
    ['/v1/messages', { ...message, speed: 'fast' }, 'speed'],
    ['/v1/messages', { ...message, inference_geo: 'us' }, 'inference_geo'],
  ])('is refused on %s: %j', async (path, body, param) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(400);
    expect((await answer.json()).error.message).toContain(`${param} must be`);
    expect(await tollgate.upstream.control.requests()).toEqual([]);
  });

  it('may be left to the upstream, or be the usual one', async () => {
    for (const service_tier of [null, 'auto', 'default'])
      expect((await post('/v1/chat/completions', { ...chat, service_tier })).status).toBe(200);
    const usual = { ...message, service_tier: 'standard_only', speed: 'standard' };
    expect((await post('/v1/messages', usual)).status).toBe(200);
  });
});
