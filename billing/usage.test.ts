import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { atLeastOutput, noUsage, usageFromAnthropic, usageFromOpenAi } from './usage.ts';

const sum = (usage: object) => Object.values(usage).reduce((total: number, tokens) => total + tokens, 0);

describe("OpenAI's usage", () => {
  it('takes cached, written, audio and image tokens out of the prompt that includes them', () => {
    const reported = usageFromOpenAi({
      prompt_tokens: 1000,
      completion_tokens: 500,
      total_tokens: 1500,
      prompt_tokens_details: {
        cached_tokens: 200,
        cache_write_tokens: 50,
        audio_tokens: 30,
        image_tokens: 20,
      },
      completion_tokens_details: { reasoning_tokens: 400, audio_tokens: 100 },
    });
    expect(reported).toEqual({
      usage: {
        ...noUsage,
        input: 700,
        cacheRead: 200,
        cacheWrite5m: 50,
        audioInput: 30,
        imageInput: 20,
        output: 400,
        audioOutput: 100,
      },
      consistent: true,
    });
  });

  it('reads the cache hits of upstreams that name them otherwise', () => {
    const raw = { prompt_tokens: 10, completion_tokens: 1, prompt_cache_hit_tokens: 4 };
    expect(usageFromOpenAi(raw)?.usage).toMatchObject({ input: 6, cacheRead: 4 });
  });

  it('adds reasoning that the upstream counts beside the completion, as its total shows', () => {
    const raw = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 115,
      completion_tokens_details: { reasoning_tokens: 100 },
    };
    expect(usageFromOpenAi(raw)).toEqual({ usage: { ...noUsage, input: 10, output: 105 }, consistent: true });
  });

  it('says so when the parts and the total do not agree', () => {
    expect(usageFromOpenAi({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 99 })?.consistent).toBe(
      false,
    );
  });

  it.each([
    [
      'more cached tokens than prompt',
      { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 11 } },
    ],
    [
      'a negative detail',
      { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: -1_000_000 } },
    ],
    [
      'a detail that is text',
      { prompt_tokens: 10, completion_tokens: 5, completion_tokens_details: { audio_tokens: '9' } },
    ],
  ])('charges the whole as plain tokens for %s', (_, raw) => {
    expect(usageFromOpenAi(raw)).toEqual({ usage: { ...noUsage, input: 10, output: 5 }, consistent: false });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', '12'],
    ['an empty object', {}],
    ['a negative count', { prompt_tokens: -5, completion_tokens: 10 }],
    ['a count of 1e30', { prompt_tokens: 1e30, completion_tokens: 10 }],
    ['NaN', { prompt_tokens: Number.NaN, completion_tokens: 10 }],
    ['a count in text', { prompt_tokens: '5', completion_tokens: 10 }],
    ['half a token', { prompt_tokens: 0.5, completion_tokens: 10 }],
    ['an endless count', { prompt_tokens: 5, completion_tokens: Number.POSITIVE_INFINITY }],
  ])('is missing when it is %s', (_, raw) => {
    expect(usageFromOpenAi(raw)).toBeUndefined();
  });

  it('never makes a bucket negative nor invents tokens, whatever is reported', () => {
    const number = fc.oneof(fc.integer(), fc.double(), fc.constant(null), fc.string(), fc.nat(1000));
    const raw = fc.record({
      prompt_tokens: number,
      completion_tokens: number,
      total_tokens: number,
      prompt_tokens_details: fc.record({
        cached_tokens: number,
        audio_tokens: number,
        cache_write_tokens: number,
      }),
      completion_tokens_details: fc.record({ reasoning_tokens: number, audio_tokens: number }),
    });
    fc.assert(
      fc.property(raw, (report) => {
        const reported = usageFromOpenAi(report);
        if (!reported) return;
        for (const tokens of Object.values(reported.usage)) expect(tokens).toBeGreaterThanOrEqual(0);
        const whole = Number(report.prompt_tokens ?? 0) + Number(report.completion_tokens ?? 0);
        const reasoning = Number(report.completion_tokens_details.reasoning_tokens ?? 0);
        expect([whole, whole + reasoning]).toContain(sum(reported.usage));
      }),
    );
  });
});

describe("Anthropic's usage", () => {
  it('adds the cache to the input that excludes it', () => {
    const reported = usageFromAnthropic({
      input_tokens: 1000,
      output_tokens: 500,
      cache_creation_input_tokens: 3000,
      cache_read_input_tokens: 10_000,
      cache_creation: { ephemeral_5m_input_tokens: 2000, ephemeral_1h_input_tokens: 1000 },
    });
    expect(reported).toEqual({
      usage: {
        ...noUsage,
        input: 1000,
        output: 500,
        cacheRead: 10_000,
        cacheWrite5m: 2000,
        cacheWrite1h: 1000,
      },
      consistent: true,
    });
  });

  it('takes an unsplit write as one for five minutes', () => {
    const raw = {
      input_tokens: 1,
      output_tokens: 1,
      cache_creation_input_tokens: 70,
      cache_read_input_tokens: null,
      cache_creation: null,
    };
    expect(usageFromAnthropic(raw)?.usage).toMatchObject({ cacheWrite5m: 70, cacheWrite1h: 0, cacheRead: 0 });
  });

  it('is missing when a count cannot be true', () => {
    expect(usageFromAnthropic({ input_tokens: 1, output_tokens: -1 })).toBeUndefined();
    expect(usageFromAnthropic({ content: [] })).toBeUndefined();
  });
});

describe('what was produced at least', () => {
  it('is the report, raised to the output that was seen', () => {
    const reported = { ...noUsage, input: 10, output: 3, audioOutput: 2 };
    expect(atLeastOutput(reported, 5)).toBe(reported);
    expect(atLeastOutput(reported, 9)).toEqual({ ...reported, output: 7 });
  });
});
