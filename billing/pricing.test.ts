import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mostItCanCost } from './call-bound.ts';
import { MAX_NANOS } from './money.ts';
import { chargeOf, costOf, MAX_CALL_NANOS, type Price } from './pricing.ts';
import { noUsage, type Usage } from './usage.ts';

const buckets = Object.keys(noUsage) as Exclude<keyof Usage, 'units'>[];
const USD = 1_000_000_000n;

const price = (overrides: Partial<Price> = {}): Price => ({
  version: 1n,
  inputNanos: 0n,
  outputNanos: 0n,
  cacheReadNanos: 0n,
  cacheWrite5mNanos: 0n,
  cacheWrite1hNanos: 0n,
  imageInputNanos: 0n,
  imageOutputNanos: 0n,
  audioInputNanos: 0n,
  audioOutputNanos: 0n,
  perCallNanos: 0n,
  costPpm: 1_000_000n,
  multiplierPpm: 1_000_000n,
  ...overrides,
});

const nanosPerMillion = fc.bigInt({ min: 0n, max: MAX_NANOS });
const ppm = fc.bigInt({ min: 0n, max: MAX_NANOS });
const anyPrice: fc.Arbitrary<Price> = fc.record({
  version: fc.constant(1n),
  inputNanos: nanosPerMillion,
  outputNanos: nanosPerMillion,
  cacheReadNanos: nanosPerMillion,
  cacheWrite5mNanos: nanosPerMillion,
  cacheWrite1hNanos: nanosPerMillion,
  imageInputNanos: nanosPerMillion,
  imageOutputNanos: nanosPerMillion,
  audioInputNanos: nanosPerMillion,
  audioOutputNanos: nanosPerMillion,
  perCallNanos: nanosPerMillion,
  costPpm: ppm,
  multiplierPpm: ppm,
});
const anyUsage = fc.record(
  Object.fromEntries(buckets.map((bucket) => [bucket, fc.maxSafeNat()])),
) as unknown as fc.Arbitrary<Usage>;

describe('the price of a call', () => {
  it('agrees with worked examples', () => {
    // gpt-4o: 1000 tokens in, 200 of them cached, 500 out.
    const gpt = price({
      inputNanos: (25n * USD) / 10n,
      outputNanos: 10n * USD,
      cacheReadNanos: (125n * USD) / 100n,
    });
    expect(chargeOf(gpt, { ...noUsage, input: 800, cacheRead: 200, output: 500 }, 1_000_000n)).toBe(
      7_250_000n,
    );
    // Claude: 1000 in, 2000 written to the cache, 10000 read from it, 500 out.
    const claude = price({
      inputNanos: 3n * USD,
      outputNanos: 15n * USD,
      cacheReadNanos: (3n * USD) / 10n,
      cacheWrite5mNanos: (375n * USD) / 100n,
    });
    const usage = { ...noUsage, input: 1000, cacheWrite5m: 2000, cacheRead: 10_000, output: 500 };
    expect(chargeOf(claude, usage, 1_000_000n)).toBe(21_000_000n);
    // $0.04 a call in a group that pays 90%.
    expect(chargeOf(price({ perCallNanos: 40_000_000n }), noUsage, 900_000n)).toBe(36_000_000n);
  });

  it('rounds once, half up', () => {
    const half = price({ inputNanos: 500_000n, outputNanos: 500_000n });
    expect(chargeOf(half, { ...noUsage, input: 1 }, 1_000_000n)).toBe(1n);
    expect(chargeOf(half, { ...noUsage, input: 1, output: 1 }, 1_000_000n)).toBe(1n);
    expect(chargeOf(price({ inputNanos: 499_999n }), { ...noUsage, input: 1 }, 1_000_000n)).toBe(0n);
  });

  it('multiplies by the model and by the group, the cost by neither', () => {
    const doubled = price({ inputNanos: USD, multiplierPpm: 2_000_000n, costPpm: 500_000n });
    expect(chargeOf(doubled, { ...noUsage, input: 1000 }, 1_500_000n)).toBe(3_000_000n);
    expect(costOf(doubled, { ...noUsage, input: 1000 })).toBe(500_000n);
  });

  it('is never negative and never more than Postgres can add up, whatever is used and whatever it costs', () => {
    fc.assert(
      fc.property(anyPrice, anyUsage, ppm, (anyPriceOf, usage, group) => {
        for (const nanos of [chargeOf(anyPriceOf, usage, group), costOf(anyPriceOf, usage)]) {
          expect(nanos).toBeGreaterThanOrEqual(0n);
          expect(nanos).toBeLessThanOrEqual(MAX_CALL_NANOS);
        }
      }),
    );
  });

  it('never falls when one more token is used, in whatever bucket', () => {
    const smaller = fc.record({
      usage: anyUsage,
      bucket: fc.constantFrom(...buckets),
      more: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(anyPrice, smaller, ppm, (anyPriceOf, { usage, bucket, more }, group) => {
        const larger = { ...usage, [bucket]: Math.min(Number.MAX_SAFE_INTEGER, usage[bucket] + more) };
        expect(chargeOf(anyPriceOf, larger, group)).toBeGreaterThanOrEqual(
          chargeOf(anyPriceOf, usage, group),
        );
      }),
    );
  });
});

describe('the most that a call can cost', () => {
  const tokens = fc.nat(1_000_000);

  it('is never less than what it costs, into whatever bucket its tokens fall', () => {
    const parts = fc.tuple(tokens, tokens, tokens, tokens, tokens, tokens, tokens, tokens);
    fc.assert(
      fc.property(
        anyPrice,
        parts,
        fc.integer({ min: 1, max: 8 }),
        ppm,
        (anyPriceOf, drawn, choices, group) => {
          const [input, cacheRead, cacheWrite5m, cacheWrite1h, imageInput, audioInput, output, audioOutput] =
            drawn;
          const usage = {
            ...noUsage,
            input,
            cacheRead,
            cacheWrite5m,
            cacheWrite1h,
            imageInput,
            audioInput,
            output,
            audioOutput,
          };
          const bound = {
            textTokens: input + cacheRead + cacheWrite5m + cacheWrite1h,
            imageTokens: imageInput,
            audioTokens: audioInput,
            outputTokens: Math.ceil((output + audioOutput) / choices),
            choices,
            speaks: true,
          };
          expect(mostItCanCost(anyPriceOf, bound, group)).toBeGreaterThanOrEqual(
            chargeOf(anyPriceOf, usage, group),
          );
        },
      ),
    );
  });
});

describe('sound that is priced by the second', () => {
  const bySecond = price({ units: new Map([['second', 100n * 1_000_000n]]) });
  const charge = (usage: Partial<Usage>, of = bySecond) => chargeOf(of, { ...noUsage, ...usage }, 1_000_000n);

  it('costs ten tokens a second where tokens are reported, and what is more where both are', () => {
    expect(charge({ audioInput: 51 })).toBe(600n);
    expect(charge({ audioInput: 51, units: { second: 9 } })).toBe(900n);
    expect(charge({ audioInput: 100, units: { second: 9 } })).toBe(1_000n);
  });

  it('costs its tokens where these have a price', () => {
    const both = { ...bySecond, audioInputNanos: 3n * 1_000_000n };
    expect(charge({ audioInput: 51 }, both)).toBe(153n);
  });
});
