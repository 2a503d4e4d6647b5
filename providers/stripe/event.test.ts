import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type StripeSimulator, startStripeSimulator } from '../../simulators/stripe/start.ts';
import { readStripeEvent } from './event.ts';
import { adapterFor, chargeOf, checkoutOf, factsOf, saveCard, secretKey } from './test-support.ts';

let simulator: StripeSimulator;
let provider: ReturnType<typeof adapterFor>;

beforeAll(async () => {
  simulator = await startStripeSimulator({ secretKey });
  provider = adapterFor(simulator);
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

describe('events about charges', () => {
  it.each([
    ['ok', 'payment_intent.succeeded', 'succeeded', undefined],
    ['insufficient_funds', 'payment_intent.payment_failed', 'declined', 'insufficient_funds'],
    [
      'needs_authentication',
      'payment_intent.payment_failed',
      'needs_authentication',
      'authentication_required',
    ],
    ['processing', 'payment_intent.processing', 'processing', undefined],
  ] as const)(
    'say the same as the answer when the bank says %s',
    async (answer, type, status, declineCode) => {
      const card = await saveCard(provider, simulator);
      await simulator.control.cardAnswers(card.methodRef, answer);
      const charge = await provider.savedCards.charge(chargeOf(card));
      expect(charge).toMatchObject({ status, declineCode });
      const told = (await factsOf(provider, simulator, type)).filter((fact) => fact !== undefined);
      expect(told).toEqual([{ kind: 'charge', charge }]);
    },
  );

  it.each(['succeeded', 'declined'] as const)('tell of one that took days and then %s', async (status) => {
    const card = await saveCard(provider, simulator);
    await simulator.control.cardAnswers(card.methodRef, 'processing');
    const input = chargeOf(card);
    const { paymentRef = '' } = await provider.savedCards.charge(input);
    if (status === 'succeeded') await simulator.control.settleCharge(paymentRef);
    else await simulator.control.failCharge(paymentRef);
    const type = status === 'succeeded' ? 'payment_intent.succeeded' : 'payment_intent.payment_failed';
    const found = await provider.savedCards.findCharge(input);
    expect(found).toMatchObject({ status, paymentRef });
    expect((await factsOf(provider, simulator, type)).at(-1)).toEqual({ kind: 'charge', charge: found });
  });

  it('are not told for the payment of a checkout: its session speaks for it', async () => {
    const { checkoutRef } = await provider.createCheckout(checkoutOf());
    await simulator.control.decline(checkoutRef);
    await simulator.control.pay(checkoutRef);
    expect(await factsOf(provider, simulator, 'payment_intent.succeeded')).toEqual([undefined]);
    expect(await factsOf(provider, simulator, 'payment_intent.payment_failed')).toEqual([undefined]);
  });
});

describe('events about invoices', () => {
  const line = {
    period: { start: 1767225600, end: 1769904000 },
    parent: { subscription_item_details: { proration: false } },
  };
  const correction = {
    period: { start: 1766000000, end: 1767225600 },
    parent: { subscription_item_details: { proration: true } },
  };
  const invoice = {
    id: 'in_1',
    object: 'invoice',
    status: 'paid',
    billing_reason: 'subscription_cycle',
    amount_due: 2000,
    amount_paid: 2000,
    currency: 'usd',
    livemode: true,
    parent: { subscription_details: { subscription: 'sub_1' } },
    lines: { data: [correction, line] },
  };
  const read = (changes: object) =>
    readStripeEvent({
      id: 'evt_1',
      object: 'event',
      type: 'invoice.paid',
      data: { object: { ...invoice, ...changes } },
    }).fact;

  it('tell the period that was sold, not the one of a correction beside it', () => {
    expect(read({})).toMatchObject({
      payment: { periodStart: new Date('2026-01-01'), periodEnd: new Date('2026-02-01'), live: true },
    });
  });

  it.each([
    ['no subscription', { parent: null }],
    ['a change of the subscription', { billing_reason: 'subscription_update' }],
    ['something made by hand', { billing_reason: 'manual' }],
  ])('say nothing for %s', (_, changes) => {
    expect(read(changes)).toBeUndefined();
  });

  it('are refused in the shape of an older API, where they would pass as those of nobody', () => {
    expect(() => read({ parent: undefined, subscription: 'sub_1' })).toThrow();
  });

  it.each([-1, 1.5, '2000', null])('are refused when the amount is %p', (amount_paid) => {
    expect(() => read({ amount_paid })).toThrow();
  });
});
