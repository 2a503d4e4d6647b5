import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { collect } from '../collect.ts';
import { startUpstreamSimulator, type UpstreamSimulator } from './start.ts';

let simulator: UpstreamSimulator;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  simulator = await startUpstreamSimulator({ apiKey: 'sk-upstream' });
  openai = new OpenAI({ apiKey: 'sk-upstream', baseURL: `${simulator.url}/v1`, maxRetries: 0 });
  anthropic = new Anthropic({ apiKey: 'sk-upstream', baseURL: simulator.url, maxRetries: 0 });
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

describe('embeddings', () => {
  test('are vectors of the wanted length, one for each input, and cost the prompt only', async () => {
    const answer = await openai.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['four char', 'and more!'],
      dimensions: 8,
    });
    expect(answer.data.map(({ embedding }) => embedding.length)).toEqual([8, 8]);
    expect(answer.data[0]?.embedding[0]).toBeCloseTo(0.125);
    expect(answer.usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
  });

  test('come as numbers where they are asked for as numbers', async () => {
    const answer = await openai.embeddings.create({
      model: 'text-embedding-3-small',
      input: 'hello',
      encoding_format: 'float',
    });
    expect(answer.data[0]?.embedding).toHaveLength(1536);
  });
});

describe('completions', () => {
  test('answer 16 tokens at most where no limit is named', async () => {
    const answer = await openai.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Once' });
    expect(answer).toMatchObject({
      object: 'text_completion',
      choices: [{ finish_reason: 'length' }],
      usage: { completion_tokens: 16 },
    });
  });

  test('stream, with usage where it is asked for', async () => {
    const streamed = await openai.completions.create({
      model: 'gpt-3.5-turbo-instruct',
      prompt: 'Once',
      max_tokens: 100,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(streamed);
    expect(
      chunks
        .map((chunk) => chunk.choices[0]?.text ?? '')
        .join('')
        .trim()
        .split(' '),
    ).toHaveLength(20);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 20 } });
  });
});

describe('responses', () => {
  test('answer text and usage', async () => {
    const answer = await openai.responses.create({
      model: 'gpt-4.1',
      input: 'Hello',
      metadata: { simulate: '{"cached_tokens":1,"reasoning_tokens":5}' },
    });
    expect(answer.output_text).toMatch(/^The simulated model/);
    expect(answer).toMatchObject({
      status: 'completed',
      usage: {
        input_tokens: 2,
        input_tokens_details: { cached_tokens: 1 },
        output_tokens: 25,
        output_tokens_details: { reasoning_tokens: 5 },
        total_tokens: 27,
      },
    });
  });

  test('stream numbered events and end with the whole response', async () => {
    const streamed = await openai.responses.create({ model: 'gpt-4.1', input: 'Hello', stream: true });
    const events = await collect(streamed);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
    const deltas = events.filter((event) => event.type === 'response.output_text.delta');
    const last = events.at(-1);
    expect(last).toMatchObject({ type: 'response.completed', response: { usage: { output_tokens: 20 } } });
    expect(last).toMatchObject({
      response: { output: [{ content: [{ text: deltas.map(({ delta }) => delta).join('') }] }] },
    });
  });

  test('that reach their limit are incomplete', async () => {
    const streamed = await openai.responses.create({
      model: 'gpt-4.1',
      input: 'Hello',
      stream: true,
      max_output_tokens: 4,
    });
    const events = await collect(streamed);
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { incomplete_details: { reason: 'max_output_tokens' }, usage: { output_tokens: 4 } },
    });
  });
});

describe('messages of Anthropic', () => {
  const request = {
    model: 'claude-simulated',
    max_tokens: 100,
    messages: [{ role: 'user' as const, content: 'Hello' }],
  };
  const simulate = (behaviour: object) => ({ headers: { 'x-simulate': JSON.stringify(behaviour) } });

  test('leave cached tokens out of the input tokens', async () => {
    const caching = { prompt_tokens: 1000, cached_tokens: 700, cache_write_tokens: 200 };
    const answer = await anthropic.messages.create(request, simulate(caching));
    expect(answer).toMatchObject({
      type: 'message',
      stop_reason: 'end_turn',
      usage: {
        input_tokens: 100,
        cache_read_input_tokens: 700,
        cache_creation_input_tokens: 200,
        cache_creation: { ephemeral_5m_input_tokens: 200 },
        output_tokens: 20,
      },
    });
  });

  test('stream events that the official client puts together', async () => {
    const stream = anthropic.messages.stream({ ...request, max_tokens: 5 });
    const answer = await stream.finalMessage();
    expect(answer).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ type: 'text', text: 'The simulated model answers with ' }],
      usage: { input_tokens: 3, output_tokens: 5 },
    });
  });

  test('refuse in the shape of Anthropic, also inside a stream', async () => {
    await expect(anthropic.messages.create(request, simulate({ status: 529 }))).rejects.toMatchObject({
      status: 529,
      error: { type: 'error', error: { type: 'overloaded_error' } },
    });
    const broken = anthropic.messages.stream(request, simulate({ error_after: 2 }));
    await expect(broken.finalMessage()).rejects.toThrow('simulated');
  });

  test('are counted without being answered', async () => {
    const { max_tokens: _, ...counted } = request;
    expect(await anthropic.messages.countTokens(counted)).toEqual({ input_tokens: 3 });
  });
});
