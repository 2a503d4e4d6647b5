import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideFulfilment, type LivePlan, type PaidPurchase } from './fulfilment.ts';

const buys = (overrides: Partial<PaidPurchase> = {}): PaidPurchase => ({
  kind: 'plan',
  planId: 'starter',
  subscriptionId: null,
  periodIndex: null,
  underpaid: false,
  ...overrides,
});
const has = (overrides: Partial<LivePlan> = {}): LivePlan => ({
  id: 's1',
  planId: 'starter',
  kind: 'renewing',
  periodIndex: 4,
  nextIsPaid: false,
  ...overrides,
});
const renews = (overrides: Partial<PaidPurchase> = {}) =>
  buys({ kind: 'renewal', subscriptionId: 's1', periodIndex: 5, ...overrides });
const pass = (planId = 'starter') => buys({ kind: 'pass', planId });
const wallet = (because: string) => ({ kind: 'wallet', because: expect.stringContaining(because) });

describe('a paid order becomes', () => {
  it.each<[string, PaidPurchase, LivePlan | undefined, object]>([
    ['a plan, for whoever has none', buys(), undefined, { kind: 'activate' }],
    ['a pass, for whoever has none', pass(), undefined, { kind: 'activate' }],
    ['a switch, from another plan', buys({ planId: 'pro' }), has(), { kind: 'switch' }],
    ['a switch, from a pass to the same plan', buys(), has({ kind: 'pass' }), { kind: 'switch' }],
    ['thirty days more of the same pass', pass(), has({ kind: 'pass' }), { kind: 'append' }],
    ['a switch, from one pass to another', pass('pro'), has({ kind: 'pass' }), { kind: 'switch' }],
    ['the next month', renews(), has(), { kind: 'renew' }],
    [
      'a plan although it was a switch, once the old plan has ended',
      buys({ kind: 'switch', planId: 'pro' }),
      undefined,
      { kind: 'activate' },
    ],
    ['balance, for a plan that runs already', buys(), has(), wallet('running already')],
    ['balance, for a pass beside a plan that renews', pass('pro'), has(), wallet('renews')],
    ['balance, for a month that is paid', renews(), has({ nextIsPaid: true }), wallet('paid already')],
    ['balance, for a month that has begun', renews(), has({ periodIndex: 5 }), wallet('paid already')],
    ['balance, for a plan that has ended', renews(), undefined, wallet('ended')],
    ['balance, for a plan that another one has replaced', renews(), has({ id: 's2' }), wallet('ended')],
    ['balance, when less was paid', buys({ underpaid: true }), undefined, wallet('less was paid')],
  ])('%s', (_, order, live, expected) => {
    expect(decideFulfilment(order, live)).toEqual(expected);
  });

  it('balance, whenever less was paid, and always something', () => {
    const order = fc.record({
      kind: fc.constantFrom('plan' as const, 'pass' as const, 'switch' as const, 'renewal' as const),
      planId: fc.constantFrom('starter', 'pro'),
      subscriptionId: fc.constantFrom(null, 's1', 's2'),
      periodIndex: fc.constantFrom(null, 4, 5, 6),
      underpaid: fc.boolean(),
    });
    const live = fc.option(
      fc.record({
        id: fc.constantFrom('s1', 's2'),
        planId: fc.constantFrom('starter', 'pro'),
        kind: fc.constantFrom('renewing' as const, 'pass' as const),
        periodIndex: fc.constantFrom(3, 4, 5),
        nextIsPaid: fc.boolean(),
      }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(order, live, (paid, plan) => {
        const { kind } = decideFulfilment(paid, plan);
        if (paid.underpaid) expect(kind).toBe('wallet');
        if (kind === 'append' || kind === 'switch' || kind === 'renew') expect(plan).toBeDefined();
        if (kind === 'activate') expect(plan).toBeUndefined();
      }),
    );
  });
});
