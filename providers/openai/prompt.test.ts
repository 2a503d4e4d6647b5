import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { measurePrompt } from './prompt.ts';

const base64 = (characters: number) => 'A'.repeat(characters);
const dataUrl = (characters: number) => `data:image/png;base64,${base64(characters)}`;
const measure = (...parts: object[]) => {
  const messages = [{ role: 'user', content: parts }];
  return measurePrompt(JSON.stringify({ model: 'gpt', messages }), messages);
};

describe('what a prompt is likely to be', () => {
  it('is a token for four bytes of text, and at most one for each', () => {
    const text = JSON.stringify({ messages: [{ role: 'user', content: '你好' }] });
    const bytes = Buffer.byteLength(text);
    const { most, likely } = measurePrompt(text, JSON.parse(text).messages);
    expect(most).toEqual({ textTokens: bytes, imageTokens: 0, audioTokens: 0 });
    expect(likely).toEqual({ textTokens: Math.ceil(bytes / 4), imageTokens: 0, audioTokens: 0 });
  });

  it.each([
    ['chat', { type: 'image_url', image_url: { url: dataUrl(100_000) } }, 765],
    ['chat in low detail', { type: 'image_url', image_url: { url: dataUrl(9_000), detail: 'low' } }, 85],
    ['chat by address', { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }, 765],
    ['responses', { type: 'input_image', image_url: dataUrl(100_000), detail: 'low' }, 85],
    ['messages', { type: 'image', source: { type: 'base64', data: base64(100_000) } }, 765],
    [
      'a result of a tool',
      { type: 'tool_result', content: [{ type: 'image', source: { type: 'url' } }] },
      765,
    ],
    [
      'a document of parts',
      { type: 'document', source: { type: 'content', content: [{ type: 'image', source: {} }] } },
      765,
    ],
  ])('of a picture in %s is what such pictures usually are', (_, part, tokens) => {
    const { most, likely } = measure(part);
    expect([most.imageTokens, likely.imageTokens]).toEqual([5_000, tokens]);
    expect(most.textTokens).toBeLessThan(250);
  });

  it.each([
    ['wav', 64_000, 10],
    ['mp3', 21_330, 10],
  ])('of sound as %s is ten tokens a second', (format, characters, tokens) => {
    const { most, likely } = measure({
      type: 'input_audio',
      input_audio: { data: base64(characters), format },
    });
    expect(likely.audioTokens).toBe(tokens);
    expect(most.audioTokens).toBe(Math.ceil(characters / 64));
  });

  it.each([
    ['chat', { type: 'file', file: { file_data: base64(500_000) } }],
    ['responses', { type: 'input_file', file_data: base64(500_000) }],
    ['messages', { type: 'document', source: { type: 'base64', data: base64(500_000) } }],
  ])('of a document in %s is far less than its bytes, which bound it', (_, part) => {
    const { most, likely } = measure(part);
    expect(most.textTokens).toBeGreaterThan(500_000);
    expect(likely.textTokens).toBeGreaterThan(10_000);
    expect(likely.textTokens).toBeLessThan(10_100);
  });

  it.each([
    ['chat', { type: 'file', file: { file_id: 'file-1' } }],
    ['responses', { type: 'input_file', file_url: 'https://example.com/a.pdf' }],
    ['messages', { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }],
  ])('of a document that is fetched for %s is what such documents usually are', (_, part) => {
    const { most, likely } = measure(part);
    expect(most.textTokens).toBeGreaterThan(100_000);
    expect(likely.textTokens).toBeGreaterThan(10_000);
    expect(likely.textTokens).toBeLessThan(10_100);
  });

  it.each([
    [
      'a function',
      { type: 'function_call_output', output: [{ type: 'input_image', image_url: dataUrl(90_000) }] },
    ],
    [
      'a tool of the caller',
      { type: 'custom_tool_call_output', output: [{ type: 'input_image', image_url: dataUrl(90_000) }] },
    ],
    [
      'a computer',
      { type: 'computer_call_output', output: { type: 'computer_screenshot', image_url: dataUrl(90_000) } },
    ],
  ])('counts the picture that %s gave back', (_, item) => {
    const { most, likely } = measurePrompt(JSON.stringify({ input: [item] }), [item]);
    expect([most.imageTokens, likely.imageTokens]).toEqual([5_000, 765]);
    expect(most.textTokens).toBeLessThan(250);
  });

  it('is found at any depth', () => {
    const levels = 200_000;
    const text = `${'{"type":"tool_result","content":['.repeat(levels)}{"type":"image"}${']}'.repeat(levels)}`;
    expect(measurePrompt(text, [JSON.parse(text)]).most.imageTokens).toBe(5_000);
  });
});

const data = fc.string({ maxLength: 2_000 }).map((text) => text.repeat(7));
const leaf = fc.oneof(
  fc.record({ type: fc.constant('text'), text: data }),
  fc.record({
    type: fc.constant('image_url'),
    image_url: fc.record({ url: data, detail: fc.constant('low') }),
  }),
  fc.record({ type: fc.constant('input_image'), image_url: data.map((text) => `data:${text}`) }),
  fc.record({ type: fc.constant('image'), source: fc.record({ data }) }),
  fc.record({
    type: fc.constant('input_audio'),
    input_audio: fc.record({ data, format: fc.constantFrom('wav', 'mp3') }),
  }),
  fc.record({
    type: fc.constantFrom('file', 'input_file'),
    file: fc.record({ file_data: data }),
    file_data: data,
  }),
  fc.record({ type: fc.constant('document'), source: fc.record({ type: fc.constant('base64'), data }) }),
  fc.record({ type: fc.constant('document'), source: fc.record({ type: fc.constant('url'), url: data }) }),
  fc.anything(),
);

describe('of any prompt', () => {
  it('what is likely is no more than the most', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ content: fc.array(leaf), output: fc.array(leaf) })), (messages) => {
        const text = JSON.stringify({ messages }, (_, value) => (typeof value === 'bigint' ? null : value));
        const { most, likely } = measurePrompt(text, JSON.parse(text).messages);
        for (const kind of ['textTokens', 'imageTokens', 'audioTokens'] as const) {
          expect(likely[kind]).toBeGreaterThanOrEqual(0);
          expect(likely[kind]).toBeLessThanOrEqual(most[kind]);
        }
      }),
    );
  });
});
