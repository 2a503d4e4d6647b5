import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { collect } from '../collect.ts';
import { startUpstreamSimulator, type UpstreamSimulator } from './start.ts';

let simulator: UpstreamSimulator;
let openai: OpenAI;

beforeAll(async () => {
  simulator = await startUpstreamSimulator({ apiKey: 'sk-upstream' });
  openai = new OpenAI({ apiKey: 'sk-upstream', baseURL: `${simulator.url}/v1`, maxRetries: 0 });
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

const hello: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Say hello' }];
type Extra = Record<string, unknown>;

const plain = (extra: Extra = {}) =>
  openai.chat.completions.create({ model: 'gpt-4o', messages: hello, ...extra, stream: false });

async function stream(extra: Extra = {}): Promise<OpenAI.ChatCompletionChunk[]> {
  return collect(
    await openai.chat.completions.create({ model: 'gpt-4o', messages: hello, ...extra, stream: true }),
  );
}

const textOf = (chunks: OpenAI.ChatCompletionChunk[]) =>
  chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');

/** The bytes of a stream, before any client has interpreted them. */
async function raw(extra: Extra = {}): Promise<string> {
  const response = await fetch(`${simulator.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-upstream' },
    body: JSON.stringify({ model: 'gpt-4o', messages: hello, stream: true, ...extra }),
  });
  return response.text();
}

describe('a plain answer', () => {
  test('has text, an end and a usage that adds up', async () => {
    const answer = await plain();
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'gpt-4o',
      choices: [{ index: 0, message: { role: 'assistant' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 4, completion_tokens: 20, total_tokens: 24 },
    });
    expect(answer.choices[0]?.message.content?.trim().split(' ')).toHaveLength(20);
    expect((await plain()).choices).toEqual(answer.choices);
    expect((await plain()).id).not.toBe(answer.id);
  });

  test.each(['max_tokens', 'max_completion_tokens'])('stops at %s', async (field) => {
    expect(await plain({ [field]: 3 })).toMatchObject({
      choices: [{ finish_reason: 'length', message: { content: 'The simulated model ' } }],
      usage: { completion_tokens: 3 },
    });
  });

  test('reports cached and reasoning tokens inside the totals', async () => {
    const answer = await plain({
      metadata: { simulate: { prompt_tokens: 1000, cached_tokens: 200, tokens: 40, reasoning_tokens: 60 } },
    });
    expect(answer.usage).toMatchObject({
      prompt_tokens: 1000,
      completion_tokens: 100,
      total_tokens: 1100,
      prompt_tokens_details: { cached_tokens: 200 },
      completion_tokens_details: { reasoning_tokens: 60 },
    });
  });

  test('bills every choice', async () => {
    const answer = await plain({ n: 3, max_tokens: 5 });
    expect(answer.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(answer.usage?.completion_tokens).toBe(15);
  });

  test('of a reasoning model refuses the old name of the limit', async () => {
    await expect(plain({ model: 'o4-mini', max_tokens: 5 })).rejects.toMatchObject({
      status: 400,
      code: 'unsupported_parameter',
    });
    expect((await plain({ model: 'o4-mini', max_completion_tokens: 5 })).usage?.completion_tokens).toBe(5);
  });
});

describe('a stream', () => {
  test('is the plain answer in pieces, without usage where nobody asked', async () => {
    const chunks = await stream();
    expect(textOf(chunks)).toBe((await plain()).choices[0]?.message.content);
    expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: 'assistant', content: '' });
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(await raw()).not.toContain('"usage"');
  });

  test('ends with a usage chunk without choices where the caller asked, and null before', async () => {
    const chunks = await stream({ stream_options: { include_usage: true } });
    const last = chunks.pop();
    expect(last).toMatchObject({ choices: [], usage: { prompt_tokens: 4, completion_tokens: 20 } });
    expect(chunks.map(({ usage }) => usage)).toEqual(Array(22).fill(null));
    const text = await raw({ stream_options: { include_usage: true } });
    expect(text).toMatch(/"choices":\[\],"usage":\{.*\n\ndata: \[DONE\]\n\n$/);
  });

  test('has as many tokens in as many chunks as wanted', async () => {
    const chunks = await stream({
      stream_options: { include_usage: true },
      metadata: { simulate: '{"tokens":100,"chunks":5}' },
    });
    expect(chunks.filter((chunk) => chunk.choices[0]?.delta.content)).toHaveLength(5);
    expect(textOf(chunks).trim().split(' ')).toHaveLength(100);
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(100);
  });

  test('keeps to the pace', async () => {
    const started = performance.now();
    await stream({ metadata: { simulate: { first_byte_ms: 100, tokens: 10, chunk_ms: 20 } } });
    expect(performance.now() - started).toBeGreaterThanOrEqual(290);
  });

  test('survives being cut inside characters', async () => {
    const chunks = await stream({ metadata: { simulate: { split_utf8: true, tokens: 16 } } });
    expect(textOf(chunks)).toContain('👩‍👩‍👧 naïve مرحبا Grüße 你好 🌍');
  });

  test('can carry huge chunks and many choices', async () => {
    const huge = await stream({ metadata: { simulate: { chunk_chars: 2_000_000, tokens: 3 } } });
    expect(textOf(huge)).toHaveLength(6_000_000);
    const chunks = await stream({ n: 2, max_tokens: 4 });
    expect(
      chunks.filter((chunk) => chunk.choices[0]?.index === 1 && chunk.choices[0].delta.content),
    ).toHaveLength(4);
  });

  test('in one write says the same', async () => {
    expect(textOf(await stream({ metadata: { simulate: { coalesce: true } } }))).toBe(textOf(await stream()));
  });
});

describe('usage', () => {
  const asking = { stream_options: { include_usage: true } };

  test('can be left out', async () => {
    expect(await raw({ ...asking, metadata: { simulate: { usage: 'omit' } } })).not.toContain('usage');
    expect(await plain({ metadata: { simulate: { usage: 'omit' } } })).not.toHaveProperty('usage');
  });

  test('can grow from chunk to chunk', async () => {
    const chunks = await stream({ metadata: { simulate: { usage: 'every_chunk', tokens: 4 } } });
    expect(chunks.map(({ usage }) => usage?.completion_tokens).filter(Boolean)).toEqual([1, 2, 3, 4]);
  });

  test('can be on the last piece of text', async () => {
    const chunks = await stream({ metadata: { simulate: { usage: 'last_chunk', tokens: 4 } } });
    const reporting = chunks.filter(({ usage }) => usage);
    expect(reporting).toMatchObject([
      { choices: [{ delta: { content: 'answers ' } }], usage: { completion_tokens: 4 } },
    ]);
  });

  test('can be a lie', async () => {
    const lie = { usage_override: { completion_tokens: 7_000_000, total_tokens: -1 } };
    expect((await plain({ metadata: { simulate: lie } })).usage).toMatchObject({
      prompt_tokens: 4,
      completion_tokens: 7_000_000,
      total_tokens: -1,
    });
    const chunks = await stream({ ...asking, metadata: { simulate: lie } });
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(7_000_000);
  });
});

describe('the lists', () => {
  test('name the models, and one model', async () => {
    const { data } = await openai.models.list();
    expect(data.map(({ id }) => id)).toContain('gpt-4o');
    expect(await openai.models.retrieve('gpt-4o')).toMatchObject({ id: 'gpt-4o', object: 'model' });
    await expect(openai.models.retrieve('none')).rejects.toMatchObject({ status: 404 });
  });

  test('another key is refused', async () => {
    const stranger = new OpenAI({ apiKey: 'sk-other', baseURL: `${simulator.url}/v1`, maxRetries: 0 });
    await expect(
      stranger.chat.completions.create({ model: 'gpt-4o', messages: hello }),
    ).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
  });
});
