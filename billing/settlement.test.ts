import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decideSettlement,
  type Settlement,
  type SettlementContext,
  type SettlementFact,
  type SettlementOrder,
} from './settlement.ts';

const order: SettlementOrder = {
  id: 'order-1',
  number: 'TG-1',
  provider: 'stripe',
  status: 'link_issued',
  attentionReason: null,
  creditNanos: 20_000_000_000n,
  creditedNanos: 0n,
  paidMinor: null,
  payCurrency: 'USD',
  payMinor: 2000n,
  checkoutRef: 'cs_1',
  paymentRef: null,
};

const fact: SettlementFact = {
  provider: 'stripe',
  checkoutRef: 'cs_1',
  paymentRef: 'pi_1',
  orderId: 'order-1',
  orderNumber: 'TG-1',
  status: 'paid',
  currency: 'USD',
  amountMinor: 2000n,
  live: false,
};

const context: SettlementContext = { live: false, paymentUsedElsewhere: false };

function decide(
  changes: { order?: Partial<SettlementOrder>; fact?: Partial<SettlementFact> } & Partial<SettlementContext>,
): Settlement {
  const { order: orderChanges, fact: factChanges, ...rest } = changes;
  return decideSettlement(
    { ...order, ...orderChanges },
    { ...fact, ...factChanges },
    { ...context, ...rest },
  );
}

describe('a payment that agrees with the order', () => {
  it('is credited in full', () => {
    expect(decide({})).toEqual({ kind: 'credit', amountNanos: 20_000_000_000n, paid: 'exact', late: false });
  });

  it('is credited when less arrived: what arrived', () => {
    expect(decide({ fact: { amountMinor: 1999n } })).toMatchObject({
      amountNanos: 19_990_000_000n,
      paid: 'less',
    });
  });

  it('is credited when more arrived: all of it', () => {
    expect(decide({ fact: { amountMinor: 5500n } })).toMatchObject({
      amountNanos: 55_000_000_000n,
      paid: 'more',
    });
  });

  it.each(['expired', 'cancelled', 'failed'] as const)('is credited although the order is %s', (status) => {
    expect(decide({ order: { status } })).toMatchObject({ kind: 'credit', late: true });
  });

  it('is credited before the order knows its checkout', () => {
    expect(decide({ order: { status: 'created', checkoutRef: null } })).toMatchObject({ kind: 'credit' });
  });

  it('ends a review that waited for an answer', () => {
    const waiting = { status: 'needs_review', attentionReason: 'provider_unreachable' } as const;
    expect(decide({ order: waiting })).toMatchObject({ kind: 'credit' });
  });

  it('is never worth more than its share of the order', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 99_999_999n }),
        fc.bigInt({ min: 1n, max: 99_999_999n }),
        (asked, paid) => {
          const creditNanos = asked * 10_000_000n;
          const settlement = decide({ order: { payMinor: asked, creditNanos }, fact: { amountMinor: paid } });
          expect(settlement).toMatchObject({ kind: 'credit', amountNanos: paid * 10_000_000n });
        },
      ),
    );
  });
});

describe('a payment that does not agree', () => {
  it.each<[string, Parameters<typeof decide>[0], string]>([
    ['names another order', { fact: { orderId: 'order-2' } }, 'checkout_mismatch'],
    ['names another order number', { fact: { orderNumber: 'TG-2' } }, 'checkout_mismatch'],
    ['was made on another checkout', { fact: { checkoutRef: 'cs_2' } }, 'checkout_mismatch'],
    ['came through another provider', { fact: { provider: 'creem' } }, 'checkout_mismatch'],
    ['was credited to another order', { paymentUsedElsewhere: true }, 'checkout_mismatch'],
    ['came in another currency', { fact: { currency: 'EUR' } }, 'currency_mismatch'],
    ['is a test of a live order', { live: true }, 'live_mode_mismatch'],
    ['is about nothing', { fact: { amountMinor: 0n } }, 'nothing_paid'],
    [
      'is the second one',
      { order: { status: 'credited', creditedNanos: 1n, paymentRef: 'pi_0' } },
      'second_payment',
    ],
  ])('goes to a person when it %s', (_, changes, reason) => {
    expect(decide(changes)).toEqual({ kind: 'review', reason });
  });

  it('is no news when it is told again', () => {
    const known = { status: 'needs_review', attentionReason: 'currency_mismatch' } as const;
    expect(decide({ order: known, fact: { currency: 'EUR' } })).toMatchObject({ kind: 'nothing' });
  });

  it('cannot close an order that it does not belong to', () => {
    expect(decide({ fact: { status: 'expired', orderId: 'order-2' } })).toMatchObject({ kind: 'nothing' });
  });
});

describe('news in any order', () => {
  const stories: Record<string, { news: SettlementFact['status'][]; end: SettlementOrder['status'] }> = {
    'paid at once': { news: ['open', 'paid'], end: 'credited' },
    'paid with delay': { news: ['open', 'processing', 'paid'], end: 'credited' },
    'failed with delay': { news: ['open', 'processing', 'failed'], end: 'failed' },
    'never paid': { news: ['open', 'expired'], end: 'expired' },
    'paid after it expired': { news: ['open', 'expired', 'paid'], end: 'credited' },
    'paid after it failed': { news: ['processing', 'failed', 'expired', 'paid'], end: 'credited' },
  };

  it.each(Object.entries(stories))('%s: ends the same, and credits at most once', (_, { news, end }) => {
    const shuffledWithRepeats = fc
      .array(fc.constantFrom(...news), { maxLength: 6 })
      .chain((more) => fc.shuffledSubarray([...news, ...more], { minLength: news.length + more.length }));
    fc.assert(
      fc.property(shuffledWithRepeats, (told) => {
        let credits = 0;
        const last = told.reduce((state, status) => {
          const settlement = decideSettlement(state, { ...fact, status }, context);
          if (settlement.kind === 'credit') credits += 1;
          return after(state, settlement);
        }, order);
        expect(last.status).toBe(end);
        expect(credits).toBe(end === 'credited' ? 1 : 0);
      }),
    );
  });
});

/** What the activity writes. */
function after(state: SettlementOrder, settlement: Settlement): SettlementOrder {
  switch (settlement.kind) {
    case 'nothing':
      return state;
    case 'processing':
      return { ...state, status: 'paid' };
    case 'close':
      return { ...state, status: settlement.status };
    case 'review':
      return { ...state, status: 'needs_review', attentionReason: settlement.reason };
    case 'credit':
      return {
        ...state,
        status: 'credited',
        creditedNanos: settlement.amountNanos,
        paymentRef: fact.paymentRef ?? null,
      };
  }
}
