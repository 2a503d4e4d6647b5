import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { collect } from '../collect.ts';
import { startUpstreamSimulator, type UpstreamSimulator } from './start.ts';

let simulator: UpstreamSimulator;
let openai: OpenAI;

beforeAll(async () => {
  simulator = await startUpstreamSimulator();
  openai = new OpenAI({ apiKey: 'any', baseURL: `${simulator.url}/v1`, maxRetries: 0 });
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Say hello' }];
type Simulate = Record<string, unknown>;

const plain = (simulate: Simulate = {}, model = 'gpt-4o', options: OpenAI.RequestOptions = {}) =>
  openai.chat.completions.create(
    { model, messages, metadata: { simulate: JSON.stringify(simulate) } },
    options,
  );

/** Reads a stream to its end, good or bad. */
async function read(simulate: Simulate): Promise<{ text: string; error: unknown }> {
  const response = await fetch(`${simulator.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'gpt-4o',
      messages,
      stream: true,
      stream_options: { include_usage: true },
      metadata: { simulate },
    }),
  });
  let text = '';
  try {
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) text += part;
    return { text, error: undefined };
  } catch (error) {
    return { text, error };
  }
}

const contentChunks = (text: string) => text.split('"delta":{"content":').length - 1;

async function settled(outcome: 'aborted_by_client' | 'completed', n: number) {
  for (let i = 0; i < 200; i++) {
    const stats = await simulator.control.stats();
    if (stats[outcome] >= n) return stats;
    await sleep(10);
  }
  return simulator.control.stats();
}

describe('before any output', () => {
  test.each([
    [400, 'invalid_request_error', null],
    [401, 'invalid_request_error', 'invalid_api_key'],
    [404, 'invalid_request_error', 'model_not_found'],
    [429, 'requests', 'rate_limit_exceeded'],
    [500, 'server_error', null],
    [503, 'service_unavailable', null],
  ])('answers %i in the shape of OpenAI', async (status, type, code) => {
    await expect(plain({ status })).rejects.toMatchObject({ status, type, code });
    expect(await simulator.control.stats()).toMatchObject({ refused: 1, completed: 0, completion_tokens: 0 });
  });

  test('says how long to wait, or that the money is gone', async () => {
    const limited = plain({ status: 429, retry_after: 7 });
    await expect(limited).rejects.toMatchObject({ status: 429 });
    const { headers } = await limited.catch((error: InstanceType<typeof OpenAI.APIError>) => error as any);
    expect([headers.get('retry-after'), headers.get('x-ratelimit-reset-requests')]).toEqual(['7', '7s']);
    await expect(plain({ status: 429, code: 'insufficient_quota' })).rejects.toMatchObject({
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    });
  });

  test('closes the connection', async () => {
    await expect(plain({ cut: true })).rejects.toThrow(OpenAI.APIConnectionError);
    expect(await simulator.control.stats()).toMatchObject({ broken_by_simulator: 1, aborted_by_client: 0 });
  });

  test('never answers', async () => {
    await expect(plain({ hang: true }, 'gpt-4o', { timeout: 150 })).rejects.toThrow(
      OpenAI.APIConnectionError,
    );
    expect(await settled('aborted_by_client', 1)).toMatchObject({ aborted_by_client: 1, open: 0 });
  });

  test('answers something that is no JSON at all', async () => {
    const response = await fetch(`${simulator.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'x-simulate': '{"raw_body":"<html>Bad gateway</html>","status":502}' },
      body: JSON.stringify({ model: 'gpt-4o', messages }),
    });
    expect([response.status, await response.text()]).toEqual([502, '<html>Bad gateway</html>']);
  });
});

describe('in the middle', () => {
  test('breaks after so many chunks', async () => {
    const { text, error } = await read({ break_after: 3 });
    expect(contentChunks(text)).toBe(3);
    expect(error).toBeDefined();
    expect(text).not.toContain('[DONE]');
    expect(await simulator.control.stats()).toMatchObject({ broken_by_simulator: 1, chunks_sent: 3 });
  });

  test('breaks a plain answer half-way', async () => {
    await expect(plain({ break_after: 0 })).rejects.toThrow();
    expect(await simulator.control.stats()).toMatchObject({ broken_by_simulator: 1 });
  });

  test('ends as if all was well, without finish, usage and [DONE]', async () => {
    const { text, error } = await read({ end_after: 2 });
    expect(error).toBeUndefined();
    expect(contentChunks(text)).toBe(2);
    expect(text).not.toMatch(/"finish_reason":"|"usage":\{|\[DONE\]/);
  });

  test('leaves only [DONE] out', async () => {
    const { text } = await read({ omit_done: true });
    expect(text).toContain('"usage":{');
    expect(text).not.toContain('[DONE]');
  });

  test('turns into an error', async () => {
    const { text } = await read({ error_after: 2, message: 'It broke' });
    expect(contentChunks(text)).toBe(2);
    expect(text).toContain('data: {"error":{"message":"It broke"');
    const streamed = await openai.chat.completions.create({
      model: 'gpt-4o',
      messages,
      stream: true,
      metadata: { simulate: '{"error_after":1}' },
    });
    await expect(collect(streamed)).rejects.toThrow(OpenAI.APIError);
  });

  test('falls silent', async () => {
    const abort = new AbortController();
    const streamed = await openai.chat.completions.create(
      { model: 'gpt-4o', messages, stream: true, metadata: { simulate: '{"hang_after":2}' } },
      { signal: abort.signal },
    );
    setTimeout(() => abort.abort(), 200);
    let chunks = 0;
    for await (const chunk of streamed) if (chunk.choices[0]?.delta.content) chunks += 1;
    expect(chunks).toBe(2);
    expect(await settled('aborted_by_client', 1)).toMatchObject({ aborted_by_client: 1, open: 0 });
  });
});

describe('what it tells of its clients', () => {
  test('a client that leaves stops the stream and is counted', async () => {
    const streamed = await openai.chat.completions.create({
      model: 'gpt-4o',
      messages,
      stream: true,
      metadata: { simulate: '{"tokens":1000,"chunk_ms":5}' },
    });
    let seen = 0;
    for await (const _ of streamed) if (++seen === 5) break;
    const stats = await settled('aborted_by_client', 1);
    expect(stats).toMatchObject({ requests: 1, aborted_by_client: 1, completed: 0, open: 0 });
    expect(stats.chunks_sent).toBeLessThan(200);
  });

  test('a client that reads nothing slows the stream down instead of filling memory', async () => {
    const streamed = await openai.chat.completions.create({
      model: 'gpt-4o',
      messages,
      stream: true,
      metadata: { simulate: '{"tokens":200,"chunk_chars":1000000}' },
    });
    await sleep(300);
    const [request] = await simulator.control.requests();
    expect(request?.chunks_sent).toBeLessThan(150);
    streamed.controller.abort();
    expect(await settled('aborted_by_client', 1)).toMatchObject({ aborted_by_client: 1 });
  });

  test('each request is kept with its headers and body', async () => {
    await plain({}, 'gpt-4o', { headers: { 'x-request-id': 'trace-1' } });
    expect(await simulator.control.requests()).toMatchObject([
      {
        path: '/v1/chat/completions',
        model: 'gpt-4o',
        stream: false,
        outcome: 'completed',
        status: 200,
        headers: { authorization: 'Bearer any', 'x-request-id': 'trace-1' },
        body: { messages },
      },
    ]);
  });
});

describe('a behaviour', () => {
  test('can be ordered for all answers, until it is taken back', async () => {
    await simulator.control.always({ status: 503 });
    await expect(plain()).rejects.toMatchObject({ status: 503 });
    await expect(plain()).rejects.toMatchObject({ status: 503 });
    await simulator.control.always({});
    await expect(plain()).resolves.toBeDefined();
  });

  test('can be ordered for the next answers of one model', async () => {
    await simulator.control.next({ status: 500 }, { model: 'gpt-4.1', times: 2 });
    await expect(plain()).resolves.toBeDefined();
    await expect(plain({}, 'gpt-4.1')).rejects.toMatchObject({ status: 500 });
    await expect(plain({}, 'gpt-4.1')).rejects.toMatchObject({ status: 500 });
    await expect(plain({}, 'gpt-4.1')).resolves.toBeDefined();
  });

  test('can be asked for by the name of the model', async () => {
    const answer = await plain({}, 'gpt-4o~tokens=7,usage=normal');
    expect(answer).toMatchObject({ model: 'gpt-4o', usage: { completion_tokens: 7 } });
  });

  test('that nobody knows is refused, not ignored', async () => {
    await expect(plain({ brake_after: 3 })).rejects.toMatchObject({ status: 400 });
    await expect(simulator.control.always({ brake_after: 3 } as never)).rejects.toThrow('400');
  });
});

test.each([
  ['no JSON', '{"model":'],
  ['no model', '{"messages":[{"role":"user","content":"x"}]}'],
  ['no messages', '{"model":"gpt-4o"}'],
  ['nothing', ''],
])('%s is a 400', async (_, body) => {
  const response = await fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
});
