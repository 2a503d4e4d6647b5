import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CallRequest } from '../upstream.ts';
import { ChatTap } from './chat-tap.ts';

const callOf = (wantsUsage: boolean) => ({ wantsUsage, body: {} }) as CallRequest;
const event = (body: object, end = '\n\n') => `data: ${JSON.stringify(body)}${end}`;
const piece = (content: string, extra: object = {}) =>
  event({ id: 'x', choices: [{ index: 0, delta: { content }, finish_reason: null }], ...extra });
const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
const usageChunk = event({ id: 'x', choices: [], usage });
const done = 'data: [DONE]\n\n';

/** Cuts the bytes at these places and passes them through a tap, as a socket might deliver them. */
function pass(text: string, cuts: number[], wantsUsage = false) {
  const bytes = Buffer.from(text);
  const tap = new ChatTap(callOf(wantsUsage));
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const forwarded: Buffer[] = [];
  let start = 0;
  for (const end of [...places, bytes.length]) {
    if (end > start) forwarded.push(...tap.push(bytes.subarray(start, end)));
    start = end;
  }
  tap.end();
  return {
    tap,
    forwarded: Buffer.concat(forwarded).toString(),
    withheld: Buffer.concat(tap.withheld).toString(),
  };
}

const anyCuts = fc.array(fc.nat(), { maxLength: 12 });

describe('a stream of chat chunks', () => {
  const good = piece('Grüße 你好 🌍 ') + piece('👩‍👩‍👧 naïve', { usage: null });

  it('comes out byte for byte, however it is cut, with the end held back', () => {
    fc.assert(
      fc.property(anyCuts, (cuts) => {
        const { tap, forwarded, withheld } = pass(good + usageChunk + done, cuts, true);
        expect(forwarded).toBe(good + usageChunk);
        expect(withheld).toBe(done);
        expect(tap.finished).toBe(true);
        expect(tap.reported?.usage).toMatchObject({ input: 12, output: 3 });
      }),
    );
  });

  it('loses the usage chunk, and only that, where the caller did not ask for it', () => {
    fc.assert(
      fc.property(anyCuts, (cuts) => {
        const { tap, forwarded, withheld } = pass(good + usageChunk + done, cuts, false);
        expect(forwarded).toBe(good);
        expect(withheld).toBe(done);
        expect(tap.reported?.usage).toMatchObject({ input: 12, output: 3 });
      }),
    );
  });

  it('may separate its events with CRLF and hold comments', () => {
    const crlf = `: keep-alive\r\n\r\n${event({ choices: [{ delta: { content: 'a' } }] }, '\r\n\r\n')}`;
    fc.assert(
      fc.property(anyCuts, (cuts) => {
        const text = crlf + event({ choices: [], usage }, '\r\n\r\n') + done.replaceAll('\n', '\r\n');
        const { tap, forwarded } = pass(text, cuts, false);
        expect(forwarded).toBe(crlf);
        expect(tap.finished).toBe(true);
        expect(tap.reported).toBeDefined();
      }),
    );
  });

  it('passes events of megabytes on before they end, and still finds usage at their end', () => {
    const long = piece('x'.repeat(1_000_000), { usage });
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 3, maxLength: 40 }), (cuts) => {
        const { tap, forwarded, withheld } = pass(good + long + piece('end') + done, cuts, true);
        expect(forwarded).toBe(good + long + piece('end'));
        expect(withheld).toBe(done);
        expect(tap.reported?.usage).toMatchObject({ input: 12, output: 3 });
      }),
      { numRuns: 30 },
    );
    const tap = new ChatTap(callOf(true));
    expect(tap.push(Buffer.from(long.slice(0, 500_000)))).toHaveLength(1);
  });

  it('takes the last usage where it is repeated, and keeps chunks that also hold content', () => {
    const repeated =
      piece('a', { usage: { prompt_tokens: 12, completion_tokens: 1 } }) + piece('b', { usage });
    const { tap, forwarded } = pass(repeated + done, [], false);
    expect(forwarded).toBe(repeated);
    expect(tap.reported?.usage.output).toBe(3);
  });

  it('does not take text about usage and [DONE] for the real thing', () => {
    const prose = piece('the "usage": {"prompt_tokens": 999} of data: [DONE] and "error": {}');
    const { tap, forwarded } = pass(prose, [], false);
    expect(forwarded).toBe(prose);
    expect(tap).toMatchObject({ finished: false, failed: false, reported: undefined });
  });

  it('ignores usage that cannot be true', () => {
    const lie = event({ choices: [], usage: { prompt_tokens: -5, completion_tokens: 1e30 } });
    expect(pass(good + lie + done, []).tap.reported).toBeUndefined();
  });

  it('notices an error in the stream', () => {
    const { tap, forwarded } = pass(good + event({ error: { message: 'out of memory' } }), []);
    expect(tap.failed).toBe(true);
    expect(forwarded).toContain('out of memory');
  });

  it('keeps an event that never ended back', () => {
    const { forwarded, withheld } = pass(`${good}data: {"choices":[{"del`, []);
    expect(forwarded).toBe(good);
    expect(withheld).toBe('data: {"choices":[{"del');
  });
});

describe('counting what a stream produced', () => {
  it('takes four bytes for a token, and no fewer tokens than chunks', () => {
    expect(pass(piece('a') + piece('b') + piece('c'), []).tap.countOutput()).toBe(3);
    expect(pass(piece('x'.repeat(400)), []).tap.countOutput()).toBe(100);
  });

  it('counts reasoning and arguments of tools, and no frame around them', () => {
    const tool = event({
      choices: [{ delta: { tool_calls: [{ id: 'call', function: { arguments: 'x'.repeat(40) } }] } }],
    });
    const thought = event({ choices: [{ delta: { reasoning_content: 'x'.repeat(40) } }] });
    const opening = event({ choices: [{ delta: { role: 'assistant', content: '' } }] });
    expect(pass(opening, []).tap.countOutput()).toBe(0);
    expect(pass(opening + tool + thought, []).tap.countOutput()).toBe(20);
  });

  it('counts long streams as they pass, and huge events whole', () => {
    const many = piece('x'.repeat(1000)).repeat(200);
    expect(pass(many, [1, 50_000, 99_999]).tap.countOutput()).toBe(50_000);
    expect(pass(piece('x'.repeat(400_000)), [200_000]).tap.countOutput()).toBeGreaterThanOrEqual(100_000);
  });
});
