import { describe, expect, it } from '@jest/globals';
import { type PlanForSale, passAction, planAction, type RunningPlan } from './plan-actions.ts';

const usd = 1_000_000_000n;
const plan = (id: string, price: bigint, changes: Partial<PlanForSale> = {}): PlanForSale => ({
  id,
  enabled: true,
  priceNanos: price * usd,
  passPriceNanos: price * usd,
  ...changes,
});
const free = plan('free', 0n, { passPriceNanos: null });
const starter = plan('starter', 10n);
const premium = plan('premium', 25n);
const pro = plan('pro', 50n);
const running = (changes: Partial<RunningPlan> = {}): RunningPlan => ({
  planId: 'premium',
  kind: 'renewing',
  priceNanos: 25n * usd,
  cancelled: false,
  ...changes,
});

describe('the button of a plan', () => {
  it('buys while there is none', () => {
    expect([free, starter, pro].map((one) => planAction(one, undefined))).toEqual(['current', 'buy', 'buy']);
    expect([free, starter, pro].map((one) => passAction(one, undefined))).toEqual(['none', 'buy', 'buy']);
  });

  it('switches up and down while one renews, and offers no pass', () => {
    const plans = [free, starter, premium, pro];
    expect(plans.map((one) => planAction(one, running()))).toEqual([
      'none',
      'downgrade',
      'current',
      'upgrade',
    ]);
    expect(plans.map((one) => passAction(one, running()))).toEqual(['none', 'none', 'none', 'none']);
  });

  it('takes a cancellation back', () => {
    expect(planAction(premium, running({ cancelled: true }))).toBe('resume');
    expect(planAction(pro, running({ cancelled: true }))).toBe('upgrade');
  });

  it('appends to the pass that runs, switches to another, and goes on as a plan', () => {
    const pass = running({ kind: 'pass' });
    expect([starter, premium, pro].map((one) => passAction(one, pass))).toEqual([
      'switch',
      'append',
      'switch',
    ]);
    expect([starter, premium, pro].map((one) => planAction(one, pass))).toEqual([
      'downgrade',
      'upgrade',
      'upgrade',
    ]);
  });

  it('compares with what was paid, not with what the plan costs today', () => {
    expect(planAction(plan('pro', 20n), running())).toBe('downgrade');
  });

  it('does not sell what is withdrawn, but leaves it to who has it', () => {
    expect(planAction(plan('old', 30n, { enabled: false }), undefined)).toBe('none');
    expect(passAction(plan('old', 30n, { enabled: false }), undefined)).toBe('none');
    expect(planAction(plan('premium', 25n, { enabled: false }), running())).toBe('current');
  });
});
