import { beforeEach, describe, expect, it } from '@jest/globals';
import { closeIntent, intentFor } from './intent.ts';

const kept = new Map<string, string>();
const slot = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};

const topUp = (method: string, amount: string) => ({
  path: '/api/top-ups',
  body: { amount_usd: amount, method },
});
const plan = { path: '/api/plan-orders', body: { plan_id: 'premium' } };

describe('the idempotency key of a wish to pay', () => {
  beforeEach(() => kept.clear());

  it('stays the same while the same wish is unanswered', () => {
    const first = intentFor(slot, topUp('card', '20.00'), 1_000);
    expect(intentFor(slot, topUp('card', '20.00'), 61_000).key).toBe(first.key);
  });

  it('is new for another amount, method or purchase, or once the wish was answered', () => {
    const wishes = [topUp('card', '20.00'), topUp('card', '50.00'), topUp('crypto', '50.00'), plan];
    const keys = wishes.map((wish) => intentFor(slot, wish, 0).key);
    closeIntent(slot);
    keys.push(intentFor(slot, plan, 0).key);
    expect(new Set(keys).size).toBe(5);
  });

  it('is new after ten minutes, and where what was kept is broken', () => {
    const first = intentFor(slot, plan, 0);
    expect(intentFor(slot, plan, 600_000).key).not.toBe(first.key);
    kept.set('tollgate.payment-intent', '{');
    expect(intentFor(slot, plan, 0).key).toMatch(/^[0-9a-f-]{36}$/);
  });
});
