import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatCredits, parseCredits } from './credits.ts';
import { MAX_NANOS, NANOS_PER_CENT } from './money.ts';

describe('credits', () => {
  it.each([
    ['1200', 1_200n * NANOS_PER_CENT],
    ['0.5', NANOS_PER_CENT / 2n],
    ['0.25', NANOS_PER_CENT / 4n],
    ['0.0000001', 1n],
    ['0', 0n],
  ])('are cents: %s', (text, nanos) => {
    expect([parseCredits(text), formatCredits(nanos)]).toEqual([nanos, text]);
  });

  it('are read and written without loss', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX_NANOS / 100n }), (nanos) => {
        expect(parseCredits(formatCredits(nanos))).toBe(nanos);
      }),
    );
  });

  it.each(['', '-1', '1e3', ' 1', '1,000', '0.00000001', '0.123456789', '12345678901'])(
    'are not read from %j',
    (text) => {
      expect(parseCredits(text)).toBeUndefined();
    },
  );

  it('take up to nine decimals where those after the seventh are zeros', () => {
    expect(parseCredits('2.500000000')).toBe(25_000_000n);
  });
});
