import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { costBreakdown, EXACT_DECIMALS, explainCharge, MILLIONTHS_DECIMALS } from './cost-breakdown.ts';
import { divideHalfUp, formatDecimal } from './money.ts';
import { chargeOf, type Price } from './pricing.ts';
import { noUsage, type Usage } from './usage.ts';

const ONE = 1_000_000n;
const price: Price = {
  version: 7n,
  inputNanos: 150_000_001n,
  outputNanos: 600_000_000n,
  cacheReadNanos: 75_000_000n,
  cacheWrite5mNanos: 150_000_000n,
  cacheWrite1hNanos: 300_000_000n,
  imageInputNanos: 150_000_000n,
  imageOutputNanos: 600_000_000n,
  audioInputNanos: 150_000_000n,
  audioOutputNanos: 600_000_000n,
  perCallNanos: 5n,
  units: new Map([['image', 40_000_000_000_000n]]),
  costPpm: ONE,
  multiplierPpm: 1_500_000n,
};

const count = fc.nat({ max: 100_000_000 });
const anyUsage: fc.Arbitrary<Usage> = fc
  .record(Object.fromEntries(Object.keys(noUsage).map((bucket) => [bucket, count])))
  .chain((tokens) =>
    fc
      .option(
        fc.dictionary(fc.constantFrom('image', 'image:big', 'second', 'tool:search'), fc.nat({ max: 99 })),
      )
      .map((units) => ({ ...tokens, ...(units ? { units } : {}) }) as unknown as Usage),
  );

describe('the breakdown of a charge', () => {
  it('has a line for each bucket that was used, each exact, and rounds their sum once', () => {
    const usage = { ...noUsage, input: 3, output: 2, units: { 'image:big': 2 } };
    const { lines, listMillionths, exact, totalNanos } = costBreakdown(price, usage, 900_000n);
    expect(lines.map(({ item, quantity }) => [item, quantity])).toEqual([
      ['input', 3n],
      ['output', 2n],
      ['image:big', 2n],
      ['call', 1n],
    ]);
    expect(lines.map(({ millionths }) => formatDecimal(millionths, MILLIONTHS_DECIMALS))).toEqual([
      '0.000000450000003',
      '0.0000012',
      '0.08',
      '0.000000005',
    ]);
    expect(formatDecimal(listMillionths, MILLIONTHS_DECIMALS)).toBe('0.080001655000003');
    expect(formatDecimal(exact, EXACT_DECIMALS)).toBe('0.10800223425000405');
    expect(totalNanos).toBe(108_002_234n);
  });

  it('adds up to what was charged, whatever was used', () => {
    fc.assert(
      fc.property(anyUsage, fc.bigInt(0n, 10n * ONE), (usage, groupPpm) => {
        const { lines, listMillionths, exact, modelPpm, totalNanos } = costBreakdown(price, usage, groupPpm);
        expect(lines.reduce((sum, line) => sum + line.millionths, 0n)).toBe(listMillionths);
        for (const line of lines) expect(line.millionths).toBe(line.quantity * line.nanosPerMillion);
        expect(listMillionths * modelPpm * groupPpm).toBe(exact);
        expect(totalNanos).toBe(divideHalfUp(exact, ONE ** 3n));
        expect(totalNanos).toBe(chargeOf(price, usage, groupPpm));
      }),
    );
  });

  it('finds the multiplier that led to the charge, or that the model was free', () => {
    const usage = { ...noUsage, input: 1_000_000 };
    const charge = chargeOf(price, usage, 800_000n);
    expect(explainCharge(price, usage, charge, [ONE, 800_000n])?.groupPpm).toBe(800_000n);
    expect(explainCharge(price, usage, 0n, [ONE])).toMatchObject({ modelPpm: 0n, totalNanos: 0n });
    expect(explainCharge(price, usage, charge + 1n, [ONE, 800_000n])).toBeUndefined();
  });

  it('of a call that delivered nothing has no line, not even the price of a call', () => {
    expect(explainCharge({ ...price, perCallNanos: ONE }, noUsage, 0n, [ONE])).toMatchObject({
      lines: [],
      totalNanos: 0n,
    });
  });
});
