import { describe, expect, it } from '@jest/globals';
import type { AdminPlan } from '../api/schemas/plans.ts';
import { planFieldsOf, toPlanChange } from './plan-fields.ts';

const premium = {
  id: 'premium',
  name: 'Premium',
  enabled: true,
  version: '7',
  price_usd: '25.00',
  pass_price_usd: null,
  base_credits: '2500',
  bonus_percent: 20,
  backup_credits: '7500',
  backup_refill: 'every_period',
  daily_cap_credits: '250',
  daily_cap_requests: null,
  weekly_cap_credits: '750',
  budget_usd: '250.00',
  requests_per_minute: 40,
  tokens_per_minute: null,
  model_access: 'all',
} as AdminPlan;
const fields = { ...planFieldsOf(premium), reason: 'spring prices' };

describe('the form of a plan', () => {
  it('shows backup and budget as factors where they are some, and lifted limits as empty', () => {
    expect(fields).toMatchObject({ backupFactor: '3', budget: '10', budgetBy: 'factor', tokens: '' });
    const odd = planFieldsOf({ ...premium, budget_usd: '99.99', backup_credits: '3333' });
    expect(odd).toMatchObject({ backupFactor: '', budget: '99.99', budgetBy: 'usd' });
  });

  it('sends nothing where nothing was changed, and otherwise only that', () => {
    expect(toPlanChange(premium, fields)).toBeUndefined();
    expect(toPlanChange(premium, { ...fields, bonus: '25', weeklyCredits: '' })).toEqual({
      version: '7',
      reason: 'spring prices',
      bonus_percent: 25,
      weekly_cap_credits: null,
    });
  });

  it('keeps the factors it shows when base or price change', () => {
    expect(toPlanChange(premium, { ...fields, base: '3000', price: '30' })).toMatchObject({
      base_credits: '3000',
      backup_factor: '3',
      price_usd: '30',
      budget_factor: '10',
    });
  });

  it('takes a budget in dollars, or none', () => {
    expect(toPlanChange(premium, { ...fields, budget: '300', budgetBy: 'usd' })).toMatchObject({
      budget_usd: '300',
    });
    expect(toPlanChange(premium, { ...fields, budget: '' })).toMatchObject({ budget_usd: null });
  });
});
