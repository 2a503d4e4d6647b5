import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MessagesTap } from './anthropic/messages-tap.ts';
import { openAiImages } from './openai/images.ts';
import { MediaTap } from './openai/media-tap.ts';
import { openAiResponses } from './openai/responses.ts';
import type { CallRequest, StreamTap } from './upstream.ts';

const event = (body: { type: string }) => `event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`;
const anyCuts = fc.array(fc.nat(), { maxLength: 12 });

/** Cuts the bytes at these places and passes them through a tap, as a socket might deliver them. */
function pass(tap: StreamTap, text: string, cuts: number[]) {
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const forwarded: Buffer[] = [];
  let start = 0;
  for (const end of [...places, bytes.length]) {
    if (end > start) forwarded.push(...tap.push(bytes.subarray(start, end)));
    start = end;
  }
  tap.end();
  return { forwarded: Buffer.concat(forwarded).toString(), withheld: Buffer.concat(tap.withheld).toString() };
}

const startUsage = {
  input_tokens: 10,
  cache_read_input_tokens: 40,
  cache_creation_input_tokens: null,
  output_tokens: 1,
};
const message = {
  start: event({ type: 'message_start', ...{ message: { usage: startUsage } } }),
  text: event({
    type: 'content_block_delta',
    ...{ delta: { type: 'text_delta', text: 'Grüße 你好 🌍 message_stop' } },
  }),
  delta: event({ type: 'message_delta', ...{ delta: {}, usage: { output_tokens: 20, input_tokens: null } } }),
  stop: event({ type: 'message_stop' }),
};

describe('a stream of messages', () => {
  it('comes out byte for byte, however it is cut, with its end held back and its usage replaced, not added up', () => {
    const { start, text, delta, stop } = message;
    fc.assert(
      fc.property(anyCuts, (cuts) => {
        const tap = new MessagesTap();
        const { forwarded, withheld } = pass(tap, start + text + delta + stop, cuts);
        expect(forwarded).toBe(start + text + delta);
        expect(withheld).toBe(stop);
        expect(tap).toMatchObject({ finished: true, failed: false, incomplete: false });
        expect(tap.reported?.usage).toMatchObject({ input: 10, cacheRead: 40, output: 20 });
      }),
    );
  });

  it('that ends before its sum is incomplete, with what was counted', () => {
    const tap = new MessagesTap();
    pass(tap, message.start + message.text.repeat(3), []);
    expect(tap).toMatchObject({ finished: false, incomplete: true });
    expect(tap.countOutput()).toBeGreaterThanOrEqual(3);
  });

  it('whose sum is missing takes what was counted, not the first guess', () => {
    const tap = new MessagesTap();
    pass(tap, message.start + message.text.repeat(30) + message.stop, []);
    expect(tap.reported?.consistent).toBe(false);
    expect(tap.reported?.usage.output).toBeGreaterThan(30);
    expect(tap.reported?.usage.cacheRead).toBe(40);
  });
});

describe('a stream of a response', () => {
  const request = { body: {}, bound: {} } as CallRequest;
  const usage = { input_tokens: 12, output_tokens: 3, total_tokens: 15 };
  const created = event({ type: 'response.created', ...{ response: { usage: null, error: null } } });
  const delta = event({
    type: 'response.output_text.delta',
    ...{ delta: 'Grüße response.completed "error" 🌍' },
  });
  const ended = (type: string, text = 'x') => event({ type, ...{ response: { output: [{ text }], usage } } });

  it('comes out byte for byte with its last event held back, however long that is and however it is cut', () => {
    const long = ended('response.completed', '你好'.repeat(20_000));
    fc.assert(
      fc.property(anyCuts, fc.constantFrom(long, ended('response.incomplete')), (cuts, end) => {
        const tap = openAiResponses.tap(request);
        const { forwarded, withheld } = pass(tap, created + delta + end, cuts);
        expect(forwarded).toBe(created + delta);
        expect(withheld).toBe(end);
        expect(tap).toMatchObject({ finished: true, failed: false });
        expect(tap.reported?.usage).toMatchObject({ input: 12, output: 3 });
      }),
      { numRuns: 50 },
    );
  });

  it('passes a long event that is not its last, without waiting for its end', () => {
    const tap = openAiResponses.tap(request);
    const done = ended('response.output_item.done', 'y'.repeat(100_000));
    const half = Buffer.from(done).subarray(0, 50_000);
    expect(Buffer.concat(tap.push(half)).length).toBe(50_000);
    expect(pass(tap, done.slice(50_000) + ended('response.completed'), []).withheld).toBe(
      ended('response.completed'),
    );
  });

  it('that failed says so, with the usage that it names', () => {
    const tap = openAiResponses.tap(request);
    const { forwarded } = pass(tap, created + ended('response.failed'), []);
    expect(forwarded).toContain('response.failed');
    expect(tap).toMatchObject({ failed: true, finished: false });
    expect(tap.reported?.usage).toMatchObject({ output: 3 });
  });
});

describe('a stream of images', () => {
  const partial = event({ type: 'image_generation.partial_image', ...{ b64_json: 'A'.repeat(40_000) } });
  const completed = event({ type: 'image_generation.completed', ...{ b64_json: 'B'.repeat(40_000) } });

  it('counts what was completed and holds the last one back, however it is cut', () => {
    fc.assert(
      fc.property(anyCuts, (cuts) => {
        const tap = openAiImages.tap({ body: {}, bound: { choices: 2 } } as unknown as CallRequest);
        const { forwarded, withheld } = pass(tap, partial + completed + completed, cuts);
        expect(forwarded).toBe(partial + completed);
        expect(withheld).toBe(completed);
        expect(tap.reported?.usage.units).toEqual({ 'image:1024x1024:standard': 2 });
      }),
      { numRuns: 50 },
    );
  });
});

describe('a stream of media', () => {
  it('comes out byte for byte, its last piece held back', () => {
    fc.assert(
      fc.property(anyCuts, fc.string({ minLength: 1 }), (cuts, text) => {
        const tap = new MediaTap({ usage: {} as never, consistent: true });
        const { forwarded, withheld } = pass(tap, text, cuts);
        expect(forwarded + withheld).toBe(Buffer.from(text).toString());
        expect(withheld).not.toBe('');
        expect(tap.finished).toBe(true);
      }),
    );
  });

  it('of nothing is no answer', () => {
    const tap = new MediaTap({ usage: {} as never, consistent: true });
    tap.end();
    expect(tap).toMatchObject({ finished: false, reported: undefined });
  });
});
