import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  events,
  json,
  leaveAfter,
  type OddProxy,
  type OddUpstream,
  startOddProxy,
} from '../support/odd-upstream.ts';
import type { TestCaller, TestProxy } from '../support/proxy.ts';
import { expectSettled, postAs, usageRowOf } from '../support/routes.ts';

const CLAUDE = 'claude-sonnet-5-5';
let odd: OddProxy;
let tollgate: TestProxy;
let openAi: OddUpstream;
let anthropic: OddUpstream;
let caller: TestCaller;

beforeAll(async () => {
  odd = await startOddProxy(['gpt-4o', 'gpt-image-1'], [CLAUDE]);
  ({ tollgate, openAi, anthropic } = odd);
});
afterAll(() => odd.stop());
beforeEach(async () => {
  caller = await tollgate.caller({ pool: 'wallet', nanos: 10_000_000_000n });
});
afterEach(() => expectSettled(tollgate, caller));

const post = (path: string, body: object | string, signal?: AbortSignal) =>
  postAs(tollgate, caller, `/v1/${path}`, body, { signal });
const messages = [{ role: 'user', content: 'Say something' }];
const chat = { model: 'gpt-4o', messages, max_tokens: 400 };
const said = (content: string) => ({ choices: [{ index: 0, delta: { content } }] });

describe('sound in a stream of chat', () => {
  const second = 'A'.repeat(64_000);
  const audio = (data: string) => ({ choices: [{ index: 0, delta: { audio: { id: 'audio_1', data } } }] });
  const spoken = { ...chat, modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'pcm16' } };

  it.each([
    ['in one event a second', [audio(second), audio(second)]],
    ['in many small events', Array.from({ length: 40 }, () => audio('A'.repeat(3_200)))],
  ])('is charged twenty tokens a second when it breaks off, %s', async (_, list) => {
    openAi.answer = events(list, (res) => res.destroy());
    const response = await post('chat/completions', { ...spoken, stream: true });
    await response.text().catch(() => undefined);
    const row = await usageRowOf(tollgate, response);
    expect(row).toMatchObject({ outcome: 'broken', estimated: true });
    expect(Number(row.audio_output_tokens)).toBeGreaterThanOrEqual(40);
    expect(Number(row.audio_output_tokens)).toBeLessThan(42);
    expect(row.output_tokens).toBe(0n);
  });

  it('is charged to a caller who leaves, with the words that came beside it', async () => {
    const transcript = {
      choices: [{ index: 0, delta: { audio: { id: 'audio_1', transcript: 'Good morning' } } }],
    };
    openAi.answer = events([transcript, audio(second), said('mark')], () => undefined);
    const leave = new AbortController();
    const response = await post('chat/completions', { ...spoken, stream: true }, leave.signal);
    await leaveAfter(response, leave, 'mark');
    const row = await usageRowOf(tollgate, response);
    expect(row).toMatchObject({ outcome: 'caller_left' });
    expect(Number(row.audio_output_tokens)).toBe(21);
    expect(Number(row.output_tokens)).toBe(4);
  });
});

describe('an answer that reports nothing', () => {
  it('is charged what its picture usually is, not the most that was held for it', async () => {
    openAi.answer = json({ choices: [{ message: { role: 'assistant', content: 'A toll gate' } }] });
    const picture = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(90_000)}` } };
    const response = await post('chat/completions', {
      ...chat,
      messages: [{ role: 'user', content: [picture] }],
    });
    const row = await usageRowOf(tollgate, response);
    expect(row).toMatchObject({ estimated: true, image_input_tokens: 765n, output_tokens: 3n });
    expect(Number(row.input_tokens)).toBeLessThan(60);
  });
});

describe('results of tools in each other', () => {
  it.each([1_000, 60_000])('%s levels deep are passed on and charged, or refused', async (levels) => {
    anthropic.answer = json({ type: 'message', content: [], usage: { input_tokens: 10, output_tokens: 20 } });
    const nested = `{"type":"tool_result","tool_use_id":"a","content":[`.repeat(levels) + ']}'.repeat(levels);
    const body = `{"model":"${CLAUDE}","max_tokens":20,"messages":[{"role":"user","content":[${nested}]}]}`;
    const response = await post('messages', body);
    expect(response.status).toBe(200);
    expect(await usageRowOf(tollgate, response)).toMatchObject({ input_tokens: 10n, output_tokens: 20n });
  });
});

describe('a picture', () => {
  it('that was not drawn costs nothing, and the caller is told', async () => {
    openAi.answer = json({ created: 1, data: [] });
    const response = await post('images/generations', { model: 'gpt-image-1', prompt: 'A toll gate' });
    expect(response.status).toBe(502);
    expect(await usageRowOf(tollgate, response)).toMatchObject({ charge_nanos: 0n });
  });

  it('that is drawn on after its caller has left, while it waited for him to read, is charged whole', async () => {
    const picture = (type: string) => ({ type, b64_json: 'A'.repeat(3_000_000) });
    const final = {
      ...picture('image_generation.completed'),
      usage: { input_tokens: 10, output_tokens: 4_000, total_tokens: 4_010 },
    };
    const partial = picture('image_generation.partial_image');
    openAi.answer = events([partial, partial], (res) => {
      res.write(`event: image_generation.completed\ndata: ${JSON.stringify(final)}\n\n`);
      res.end();
    });
    const leave = new AbortController();
    const body = { model: 'gpt-image-1', prompt: 'A toll gate', stream: true, partial_images: 2 };
    const response = await post('images/generations', body, leave.signal);
    await leaveAfter(response, leave, 'partial_image');
    const row = await usageRowOf(tollgate, response);
    expect(row).toMatchObject({ outcome: 'caller_left', image_output_tokens: 4_000n });
    expect(row.duration_ms).toBeLessThan(4_000);
  });
});
