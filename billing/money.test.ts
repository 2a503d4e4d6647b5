import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { divideHalfUp, formatUsd, formatUsdFloor, parseUsd } from './money.ts';

describe('money', () => {
  it('reads and writes every amount without loss', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 62n }), (nanos) => {
        expect(parseUsd(formatUsd(nanos))).toBe(nanos);
      }),
    );
  });

  it.each(['', '-1', '1e30', '1.', '.5', '1.0000000001', ' 1', '0x10', 'NaN', '99999999999'])(
    'refuses %p as an amount',
    (text) => expect(parseUsd(text)).toBeUndefined(),
  );

  it('keeps at least two decimals and drops no nano', () => {
    expect(formatUsd(20_000_000_000n)).toBe('20.00');
    expect(formatUsd(7_000n)).toBe('0.000007');
    expect(formatUsd(-1_500_000_000n)).toBe('-1.50');
  });

  it('shows a balance rounded down', () => {
    expect(formatUsdFloor(1_999_999_999n)).toBe('1.99');
    expect(formatUsdFloor(-1n)).toBe('-0.01');
  });

  it('rounds half up, once', () => {
    expect(divideHalfUp(1n, 2n)).toBe(1n);
    expect(divideHalfUp(149n, 100n)).toBe(1n);
    expect(divideHalfUp(0n, 7n)).toBe(0n);
  });
});
