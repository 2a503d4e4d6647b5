import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { affordableOutputTokens, type CallBound, mostItCanCost } from './call-bound.ts';
import type { Price } from './pricing.ts';

const price: Price = {
  version: 1n,
  inputNanos: 150_000_000n,
  outputNanos: 600_000_000n,
  cacheReadNanos: 75_000_000n,
  cacheWrite5mNanos: 187_500_000n,
  cacheWrite1hNanos: 300_000_000n,
  imageInputNanos: 150_000_000n,
  imageOutputNanos: 600_000_000n,
  audioInputNanos: 10_000_000_000n,
  audioOutputNanos: 20_000_000_000n,
  perCallNanos: 0n,
  costPpm: 1_000_000n,
  multiplierPpm: 1_000_000n,
};
const bound: CallBound = {
  textTokens: 100,
  imageTokens: 0,
  audioTokens: 0,
  outputTokens: 1000,
  choices: 1,
  speaks: false,
};
const GROUP = 1_000_000n;

describe('the bound of a call', () => {
  it('prices the prompt by the dearest bucket it could fall into', () => {
    expect(mostItCanCost(price, { ...bound, outputTokens: 0 }, GROUP)).toBe(100n * 300n);
  });

  it('counts the output of every choice', () => {
    const one = mostItCanCost(price, bound, GROUP);
    const three = mostItCanCost(price, { ...bound, choices: 3 }, GROUP);
    expect(three - one).toBe(2n * 1000n * 600n);
  });

  it('prices output as audio only where the call asks for audio', () => {
    const silent = mostItCanCost(price, bound, GROUP);
    const speaking = mostItCanCost(price, { ...bound, speaks: true }, GROUP);
    expect(speaking - silent).toBe(1000n * (20_000n - 600n));
  });
});

describe('the affordable output', () => {
  it('is the largest that the money pays for', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1_000_000n }),
        fc.integer({ min: 1, max: 5 }),
        (available, choices) => {
          const call = { ...bound, choices };
          const outputTokens = affordableOutputTokens(price, call, GROUP, available);
          const costOf = (tokens: number) => mostItCanCost(price, { ...call, outputTokens: tokens }, GROUP);
          if (outputTokens > 0) expect(costOf(outputTokens)).toBeLessThanOrEqual(available);
          if (outputTokens < call.outputTokens) expect(costOf(outputTokens + 1)).toBeGreaterThan(available);
          expect(outputTokens).toBeLessThanOrEqual(call.outputTokens);
        },
      ),
    );
  });

  it('is nothing when the prompt alone is too dear', () => {
    expect(affordableOutputTokens(price, bound, GROUP, 29_999n)).toBe(0);
  });
});
