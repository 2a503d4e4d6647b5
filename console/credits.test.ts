import { describe, expect, it } from '@jest/globals';
import { formatCredits, formatUsed } from './credits.ts';

describe('credits', () => {
  it.each([
    ['1200', '1,200'],
    ['24000.5', '24,000.5'],
    ['1199.9999999', '1,199.99'],
    ['0.009', '0'],
    ['0', '0'],
  ])('%s are shown as %s, never as more than there are', (exact, shown) => {
    expect(formatCredits(exact)).toBe(shown);
  });

  it('that were used a little are not shown as unused', () => {
    expect(formatUsed('0.0000001')).toBe('under 0.01');
    expect(formatUsed('0')).toBe('0');
    expect(formatUsed('12.5')).toBe('12.5');
  });
});
