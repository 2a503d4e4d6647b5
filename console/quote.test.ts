import { describe, expect, it } from '@jest/globals';
import type { SwitchQuoteView } from '../api/schemas/plan-orders.ts';
import { formatPoints, zeroWords } from './quote.ts';

const quote = {
  from: { plan_name: 'Pro', paid_usd: '50.00' },
  to: { plan_name: 'Starter', price_usd: '10.00' },
  zero_because: null,
} as SwitchQuoteView;

describe('the quote of a switch', () => {
  it.each([
    [1_000, '10%'],
    [1_875, '18.75%'],
    [8_750, '87.5%'],
    [5, '0.05%'],
    [10_000, '100%'],
  ])('says %i hundredths of a percent as %s', (points, shown) => {
    expect(formatPoints(points)).toBe(shown);
  });

  it('says plainly why nothing is credited, and nothing where something is', () => {
    expect(zeroWords(quote)).toBeUndefined();
    expect(zeroWords({ ...quote, zero_because: 'downgrade' })).toContain(
      'Starter costs less than the $50.00 that you paid for Pro',
    );
    expect(zeroWords({ ...quote, zero_because: 'same_price' })).toContain('both cost $10.00');
    expect(zeroWords({ ...quote, zero_because: 'fully_consumed' })).toContain('fully consumed');
  });
});
