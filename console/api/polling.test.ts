import { describe, expect, it } from '@jest/globals';
import type { SubscriptionView } from '../../api/schemas/subscriptions.ts';
import type { TopUp } from '../../api/schemas/top-ups.ts';
import { balanceInterval, orderInterval, planInterval } from './polling.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

function order(status: TopUp['status'], minutesAgo: number): TopUp {
  return { status, updated_at: new Date(NOW - minutesAgo * 60_000).toISOString() } as TopUp;
}

describe('the balance is asked for', () => {
  it('every few seconds while a fresh order is open, whatever older ones there are', () => {
    expect(balanceInterval([order('link_issued', 50), order('paid', 1), order('credited', 0)], NOW)).toBe(
      3_000,
    );
  });

  it('less often while only an old order is open', () => {
    expect(balanceInterval([order('link_issued', 50)], NOW)).toBe(15_000);
  });

  it('slowly while nothing is on its way', () => {
    expect(balanceInterval([], NOW)).toBe(60_000);
    expect(balanceInterval([order('credited', 1), order('expired', 1)], NOW)).toBe(60_000);
  });
});

describe('the plan is asked for', () => {
  it('every few seconds while a payment is open, was just seen, or a charge is out', () => {
    const bought = { ...order('credited', 0), kind: 'plan' } as TopUp;
    const out = { payment_due: { reason: 'charge_processing' } } as SubscriptionView;
    expect(planInterval([order('link_issued', 0)], undefined, NOW)).toBe(3_000);
    expect(planInterval([bought], undefined, NOW)).toBe(3_000);
    expect(planInterval([], out, NOW)).toBe(3_000);
  });

  it('slowly otherwise', () => {
    const declined = { payment_due: { reason: 'declined' } } as SubscriptionView;
    const bought = { ...order('credited', 2), kind: 'plan' } as TopUp;
    expect(planInterval([bought], declined, NOW)).toBe(60_000);
  });
});

describe('an order is asked for', () => {
  it('less and less often while it is open', () => {
    const waits = [0, 60_000, 300_000, 3_600_000].map((ms) => orderInterval(order('link_issued', 0), ms));
    expect(waits).toEqual([1_500, 3_000, 10_000, 30_000]);
  });

  it('no more once it is final, and slowly while someone is at work on it', () => {
    expect(orderInterval(order('credited', 0), 0)).toBe(false);
    expect(orderInterval(order('cancelled', 0), 0)).toBe(false);
    expect(orderInterval(order('needs_review', 0), 0)).toBe(30_000);
  });
});
