import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  formatBalance,
  formatExact,
  formatShort,
  formatUnrounded,
  largestOf,
  percentOf,
  readAmount,
} from './money.ts';

describe('a balance', () => {
  it('shows two decimals, rounded down', () => {
    expect(formatBalance('12.349999999')).toBe('$12.34');
    expect(formatBalance('0.009999999')).toBe('$0.00');
    expect(formatBalance('20.00')).toBe('$20.00');
  });

  it('is rounded down below zero too, and has its sign before the dollar', () => {
    expect(formatBalance('-0.001')).toBe('−$0.01');
    expect(formatBalance('-3.50')).toBe('−$3.50');
  });

  it('groups thousands and is exact where a float is not', () => {
    expect(formatBalance('9007199254740993.29')).toBe('$9,007,199,254,740,993.29');
  });

  it('is never more than the exact amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), (nanos) => {
        const text = nanos.toString().padStart(10, '0');
        const usd = `${text.slice(0, -9)}.${text.slice(-9)}`;
        const cents = BigInt(formatBalance(usd).replace(/[$,.]/g, ''));
        expect(cents).toBe(nanos / 10_000_000n);
      }),
    );
  });

  it('that is not a decimal is an error, not a guess', () => {
    expect(() => formatBalance('1e3')).toThrow(TypeError);
    expect(() => formatBalance('')).toThrow(TypeError);
  });
});

describe('a charge', () => {
  it('keeps every digit that counts', () => {
    expect(formatExact('0.000007')).toBe('$0.000007');
    expect(formatExact('0.000000001')).toBe('$0.000000001');
    expect(formatExact('1234.500000000')).toBe('$1,234.50');
  });
});

describe('a preset', () => {
  it('has cents only where there are some', () => {
    expect([formatShort('1000.00'), formatShort('7.50')]).toEqual(['$1,000', '$7.50']);
  });
});

describe('an amount that was typed', () => {
  const read = (text: string) => readAmount(text, '5.00', '500.00');

  it.each([
    ['20', '20.00'],
    ['20.5', '20.50'],
    ['20,50', '20.50'],
    [' $ 7 ', '7.00'],
    ['005.00', '5.00'],
    ['500', '500.00'],
  ])('%s is read as %s', (text, amount) => {
    expect(read(text)).toEqual({ ok: true, amount });
  });

  it.each(['', '-20', '1e3', '1,000', '20.505', 'twenty', '20 00', '99999999999'])(
    '%s is refused',
    (text) => {
      expect(read(text).ok).toBe(false);
    },
  );

  it('names the limit that it breaks', () => {
    expect(read('4.99')).toEqual({ ok: false, message: 'The smallest top-up is $5.00' });
    expect(read('500.01')).toEqual({ ok: false, message: 'The largest top-up is $500.00' });
  });
});

describe('a share', () => {
  it('of nothing is zero', () => {
    expect(percentOf('0.00', '0.00')).toBe(0);
    expect(percentOf('5.00', '20.00')).toBe(25);
  });
});

describe('a value before rounding', () => {
  it('keeps every digit', () => {
    expect(formatUnrounded('1234.000000450000003')).toBe('$1,234.000000450000003');
  });
});

describe('the largest amount', () => {
  it('is compared exactly; of none it is zero', () => {
    expect(largestOf(['0.000000001', '9007199254.000000001', '9007199254.00'])).toBe('9007199254.000000001');
    expect(largestOf([])).toBe('0.00');
  });
});
