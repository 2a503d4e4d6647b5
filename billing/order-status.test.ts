import { describe, expect, it } from '@jest/globals';
import { mayBecome, waitsForAnAnswer } from './order-status.ts';
import { attentionReasons, type OrderStatus, orderStatuses } from './orders.ts';

describe('the status of an order', () => {
  it('never goes back the way it came', () => {
    const reviewless = orderStatuses.filter((status) => status !== 'needs_review');
    for (const from of reviewless)
      for (const to of reviewless) expect(mayBecome(from, to) && mayBecome(to, from)).toBe(false);
  });

  it.each<[OrderStatus, OrderStatus]>([
    ['credited', 'expired'],
    ['credited', 'failed'],
    ['credited', 'paid'],
    ['credited', 'credited'],
    ['paid', 'expired'],
    ['cancelled', 'expired'],
    ['failed', 'paid'],
    ['refunded', 'credited'],
  ])('%s is not undone by a late %s', (from, to) => expect(mayBecome(from, to)).toBe(false));

  it.each<[OrderStatus, OrderStatus]>([
    ['expired', 'credited'],
    ['cancelled', 'credited'],
    ['failed', 'credited'],
    ['expired', 'paid'],
    ['cancelled', 'paid'],
    ['paid', 'failed'],
    ['created', 'credited'],
  ])('%s gives way to %s', (from, to) => expect(mayBecome(from, to)).toBe(true));

  it('can always become a matter for a person', () => {
    for (const from of orderStatuses) expect(mayBecome(from, 'needs_review')).toBe(true);
  });

  it.each(attentionReasons)('a review because of %s ends with money', (reason) => {
    expect(mayBecome('needs_review', 'credited', reason)).toBe(true);
  });

  it.each(attentionReasons)('only silence, not %s, ends by closing the order', (reason) => {
    expect(mayBecome('needs_review', 'expired', reason)).toBe(waitsForAnAnswer(reason));
  });
});
