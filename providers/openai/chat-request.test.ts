import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../billing/errors.ts';
import { readChatRequest, writeChatRequest } from './chat-request.ts';

const messages = [{ role: 'user', content: 'hello' }];
const textOf = (body: object) => JSON.stringify({ model: 'gpt', messages, ...body });
const unchanged = { model: 'gpt', outputLimit: undefined, maxTokensField: 'max_tokens' as const };

function refusalOf(text: string): DomainError {
  try {
    readChatRequest(text);
  } catch (error) {
    if (error instanceof DomainError) return error;
  }
  throw new Error(`${text} was not refused`);
}

describe('reading a chat request', () => {
  it('finds what has a price', () => {
    const request = readChatRequest(
      textOf({ stream: true, n: 3, max_tokens: 50, stream_options: { include_usage: true } }),
    );
    expect(request).toMatchObject({ model: 'gpt', streamed: true, wantsUsage: true, outputLimit: 50 });
    expect(request.bound).toMatchObject({ choices: 3, speaks: false, imageTokens: 0, audioTokens: 0 });
  });

  it('takes null for absent, as OpenAI does', () => {
    const request = readChatRequest(
      textOf({ stream: null, n: null, max_tokens: null, stream_options: null }),
    );
    expect(request).toMatchObject({ streamed: false, wantsUsage: false, outputLimit: undefined });
  });

  it('bounds text by its bytes and media by its kind', () => {
    const picture = {
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${'A'.repeat(1_000_000)}` },
    };
    const sound = { type: 'input_audio', input_audio: { data: 'A'.repeat(64_000), format: 'wav' } };
    const text = textOf({
      messages: [{ role: 'user', content: [{ type: 'text', text: '你好' }, picture, sound] }],
    });
    const { bound } = readChatRequest(text);
    expect(bound.textTokens).toBeLessThan(1000);
    expect(bound).toMatchObject({ imageTokens: 5000, audioTokens: 1000 });
    expect(readChatRequest(textOf({})).bound.textTokens).toBe(Buffer.byteLength(textOf({})));
  });

  it.each([
    ['{', undefined],
    ['[]', undefined],
    ['null', undefined],
    ['"text"', undefined],
    [textOf({ model: '' }), 'model'],
    [textOf({ model: 7 }), 'model'],
    [textOf({ model: 'x'.repeat(201) }), 'model'],
    [textOf({ messages: [] }), 'messages'],
    [textOf({ messages: 'hi' }), 'messages'],
    [textOf({ max_tokens: 0 }), 'max_tokens'],
    [textOf({ max_tokens: -1 }), 'max_tokens'],
    [textOf({ max_tokens: 1.5 }), 'max_tokens'],
    [textOf({ max_tokens: '10' }), 'max_tokens'],
    [textOf({}).replace('{', '{"max_tokens":1e300,'), 'max_tokens'],
    [textOf({ max_completion_tokens: -5 }), 'max_completion_tokens'],
    [textOf({ n: 0 }), 'n'],
    [textOf({ n: 2 ** 64 }), 'n'],
    [textOf({ n: 129 }), 'n'],
    [textOf({ stream: 'yes' }), 'stream'],
    [textOf({ stream_options: true }), 'stream_options'],
    [textOf({ stream_options: { include_usage: 1 } }), 'include_usage'],
  ])('refuses %s', (text, param) => {
    expect(refusalOf(text)).toMatchObject({ code: 'invalid_request', param });
  });
});

describe('writing it for the upstream', () => {
  it('leaves the text as it is where nothing has to change', () => {
    const text = `{ "model" : "gpt", "messages": ${JSON.stringify(messages)}, "seed": 12345678901234567890, "temperature": 1.0 }\n`;
    expect(writeChatRequest(readChatRequest(text), unchanged)).toBe(text);
  });

  it('adds the wish for usage to a stream without touching the rest', () => {
    const text = `{"model":"gpt","stream":true,"seed":12345678901234567890,"messages":${JSON.stringify(messages)} } \n`;
    const written = writeChatRequest(readChatRequest(text), unchanged);
    expect(written).toContain('"seed":12345678901234567890,');
    expect(JSON.parse(written)).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
      messages,
    });
  });

  it('keeps the other stream options of the caller', () => {
    const request = readChatRequest(textOf({ stream: true, stream_options: { include_obfuscation: false } }));
    const { stream_options } = JSON.parse(writeChatRequest(request, unchanged));
    expect(stream_options).toEqual({ include_obfuscation: false, include_usage: true });
  });

  it('names the model as the upstream does', () => {
    const written = writeChatRequest(readChatRequest(textOf({})), { ...unchanged, model: 'vendor/gpt' });
    expect(JSON.parse(written)).toEqual({ model: 'vendor/gpt', messages });
  });

  it.each([
    ['the field that the caller used', { max_completion_tokens: 900 }, { max_completion_tokens: 40 }],
    ['the other field that the caller used', { max_tokens: 900 }, { max_tokens: 40 }],
    [
      'both fields where both say more',
      { max_tokens: 90_000, max_completion_tokens: 900 },
      { max_tokens: 40, max_completion_tokens: 40 },
    ],
    [
      'the field that says more, and raises none',
      { max_tokens: 90_000, max_completion_tokens: 10 },
      { max_tokens: 40, max_completion_tokens: 10 },
    ],
    ['the field that the upstream takes', {}, { max_tokens: 40 }],
  ])('lowers the limit in %s', (_, body, expected) => {
    const written = writeChatRequest(readChatRequest(textOf(body)), { ...unchanged, outputLimit: 40 });
    expect(JSON.parse(written)).toEqual({ model: 'gpt', messages, ...expected });
  });

  it.each([
    ['a model named twice', '{"model":"dear","model":"gpt","messages":[{}]}'],
    ['a limit named twice', '{"model":"gpt","max_tokens":100000,"messages":[{}],"max_tokens":1}'],
    ['a model named twice, once in disguise', '{"mod\\u0065l":"dear","model":"gpt","messages":[{}]}'],
  ])('says only what was priced: %s', (_, text) => {
    const written = writeChatRequest(readChatRequest(text), unchanged);
    expect(written).toBe(JSON.stringify(JSON.parse(text)));
    expect(written).not.toContain('dear');
    expect(written).not.toContain('100000');
  });

  it('refuses nesting that cannot be written again', () => {
    const deep = `{"model":"gpt","messages":[{}],"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const request = readChatRequest(deep);
    expect(() => writeChatRequest(request, { ...unchanged, model: 'vendor/gpt' })).toThrow(
      'nested too deeply',
    );
  });
});
