import { describe, expect, it } from '@jest/globals';
import { noUsage, usageFromAnthropic, usageFromOpenAi } from './usage.ts';
import {
  usageFromImages,
  usageFromRerank,
  usageFromResponses,
  usageFromTranscription,
} from './usage-shapes.ts';

const good = (usage: object) => ({ usage: { ...noUsage, ...usage }, consistent: true });

describe('usage as the routes report it', () => {
  it.each([
    [
      'responses, with what was cached and thought inside',
      usageFromResponses({
        input_tokens: 1000,
        input_tokens_details: { cached_tokens: 200, cache_write_tokens: 100 },
        output_tokens: 500,
        output_tokens_details: { reasoning_tokens: 300 },
        total_tokens: 1500,
      }),
      good({ input: 700, cacheRead: 200, cacheWrite5m: 100, output: 500 }),
    ],
    ['embeddings', usageFromOpenAi({ prompt_tokens: 8, total_tokens: 8 }), good({ input: 8 })],
    [
      'images by tokens',
      usageFromImages({
        input_tokens: 60,
        input_tokens_details: { text_tokens: 10, image_tokens: 50 },
        output_tokens: 4160,
        total_tokens: 4220,
      }),
      good({ input: 10, imageInput: 50, imageOutput: 4160 }),
    ],
    [
      'images by tokens, some of them text',
      usageFromImages({
        input_tokens: 10,
        output_tokens: 300,
        output_tokens_details: { text_tokens: 28, image_tokens: 272 },
        total_tokens: 310,
      }),
      good({ input: 10, output: 28, imageOutput: 272 }),
    ],
    [
      'transcriptions by tokens',
      usageFromTranscription({
        type: 'tokens',
        input_tokens: 14,
        input_token_details: { text_tokens: 0, audio_tokens: 14 },
        output_tokens: 45,
        total_tokens: 59,
      }),
      good({ audioInput: 14, output: 45 }),
    ],
    [
      'transcriptions by duration, started seconds',
      usageFromTranscription({ type: 'duration', seconds: 8.47 }),
      good({ units: { second: 9 } }),
    ],
    [
      "rerank in Cohere's way",
      usageFromRerank({ meta: { billed_units: { search_units: 2 } } }),
      good({ units: { search: 2 } }),
    ],
    [
      "rerank in Jina's way",
      usageFromRerank({ usage: { total_tokens: 815 } }),
      good({ input: 815, units: { search: 1 } }),
    ],
    [
      'messages, where the input excludes the cache',
      usageFromAnthropic({
        input_tokens: 1000,
        cache_creation_input_tokens: 3000,
        cache_read_input_tokens: 10_000,
        cache_creation: { ephemeral_5m_input_tokens: 2000, ephemeral_1h_input_tokens: 1000 },
        output_tokens: 500,
      }),
      good({ input: 1000, cacheWrite5m: 2000, cacheWrite1h: 1000, cacheRead: 10_000, output: 500 }),
    ],
  ])('%s', (_, reported, expected) => {
    expect(reported).toEqual(expected);
  });

  it.each([
    ['negative', { input_tokens: -1, output_tokens: 5 }],
    ['fractional', { input_tokens: 1.5, output_tokens: 5 }],
    ['text', { input_tokens: '10', output_tokens: 5 }],
    ['absurd', { input_tokens: 1e15, output_tokens: 5 }],
    ['absent', {}],
  ])('that cannot be true is none: %s', (_, raw) => {
    expect(usageFromResponses(raw)).toBeUndefined();
    expect(usageFromImages(raw)).toBeUndefined();
    expect(usageFromTranscription(raw)).toBeUndefined();
  });

  it('whose duration cannot be true is none', () => {
    for (const seconds of [-1, Number.NaN, '8', 1e12])
      expect(usageFromTranscription({ type: 'duration', seconds })).toBeUndefined();
  });
});
