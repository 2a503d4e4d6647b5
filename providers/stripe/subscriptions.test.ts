import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type StripeSimulator, startStripeSimulator } from '../../simulators/stripe/start.ts';
import { sdk } from '../../simulators/stripe/test-support.ts';
import { adapterFor, checkoutOf, factsOf, saveCard, secretKey } from './test-support.ts';

let simulator: StripeSimulator;
let provider: ReturnType<typeof adapterFor>;

beforeAll(async () => {
  simulator = await startStripeSimulator({ secretKey });
  provider = adapterFor(simulator);
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

/** Subscribes on the page and answers what the provider says about its checkout. */
async function subscribe(changes: Parameters<typeof checkoutOf>[0] = {}) {
  const input = checkoutOf({ monthly: true, ...changes });
  const { checkoutRef } = await provider.createCheckout(input);
  await simulator.control.pay(checkoutRef);
  const payment = await provider.fetchPayment(checkoutRef);
  return { input, payment, ref: payment.subscriptionRef ?? '' };
}

describe('a monthly checkout', () => {
  it('is paid with a subscription and the first invoice, which event and answer tell alike', async () => {
    const { input, payment } = await subscribe();
    expect(payment).toEqual({
      provider: 'stripe',
      checkoutRef: expect.stringMatching(/^cs_/),
      paymentRef: expect.stringMatching(/^in_/),
      orderId: input.orderId,
      orderNumber: input.orderNumber,
      status: 'paid',
      currency: 'USD',
      amountMinor: 2000n,
      live: false,
      subscriptionRef: expect.stringMatching(/^sub_/),
    });
    const facts = await factsOf(provider, simulator, 'checkout.session.completed');
    expect(facts).toEqual([{ kind: 'payment', payment }]);
    expect(await factsOf(provider, simulator, 'payment_intent.succeeded')).toEqual([undefined]);
  });

  it('knows no payment while it is open, and can be closed', async () => {
    const { checkoutRef } = await provider.createCheckout(checkoutOf({ monthly: true }));
    await simulator.control.decline(checkoutRef);
    const open = { status: 'open', paymentRef: undefined, subscriptionRef: undefined };
    expect(await provider.fetchPayment(checkoutRef)).toMatchObject(open);
    expect(await provider.closeCheckout(checkoutRef)).toMatchObject({ ...open, status: 'expired' });
    expect(await simulator.control.events('customer.subscription.created')).toEqual([]);
  });

  it('that was paid meanwhile cannot be closed, and says so', async () => {
    const { payment } = await subscribe();
    expect(await provider.closeCheckout(payment.checkoutRef)).toEqual(payment);
  });

  it('charges a known customer', async () => {
    const { customerRef } = await saveCard(provider, simulator);
    const { ref } = await subscribe({ customerRef });
    expect(await sdk(simulator.url, {}, secretKey).subscriptions.retrieve(ref)).toMatchObject({
      customer: customerRef,
    });
  });
});

describe('the periods of a subscription', () => {
  it('follow each other, the first told as such', async () => {
    const { payment, ref } = await subscribe();
    await simulator.control.chargePeriod(ref);
    const facts = await factsOf(provider, simulator, 'invoice.paid');
    const paid = { provider: 'stripe', subscriptionRef: ref, status: 'paid', live: false };
    expect(facts).toMatchObject([
      {
        kind: 'subscription_payment',
        payment: {
          ...paid,
          first: true,
          paymentRef: payment.paymentRef,
          amountMinor: 2000n,
          currency: 'USD',
        },
      },
      { kind: 'subscription_payment', payment: { ...paid, first: false, amountMinor: 2000n } },
    ]);
    const [first, second] = facts.map((fact) =>
      fact?.kind === 'subscription_payment' ? fact.payment : null,
    );
    expect(second?.periodStart).toEqual(first?.periodEnd);
    expect(second?.paymentRef).not.toBe(first?.paymentRef);
    expect(await provider.subscriptions.fetchSubscription(ref)).toEqual({
      provider: 'stripe',
      subscriptionRef: ref,
      status: 'active',
      latestPayment: second,
    });
  });

  it('that the bank refuses leave the subscription past due with the period paid last', async () => {
    const { payment, ref } = await subscribe();
    await simulator.control.chargePeriod(ref, { outcome: 'declined' });
    const [failed] = await factsOf(provider, simulator, 'invoice.payment_failed');
    expect(failed).toMatchObject({
      kind: 'subscription_payment',
      payment: { status: 'failed', first: false, amountMinor: 2000n, subscriptionRef: ref },
    });
    expect(await provider.subscriptions.fetchSubscription(ref)).toMatchObject({
      status: 'past_due',
      latestPayment: { paymentRef: payment.paymentRef, first: true },
    });
  });

  it('that are paid on the second try are the same payment', async () => {
    const { ref } = await subscribe();
    const { latest_invoice } = await simulator.control.chargePeriod(ref, { outcome: 'declined' });
    await simulator.control.retryInvoice(latest_invoice ?? '', { outcome: 'paid' });
    expect(await provider.subscriptions.fetchSubscription(ref)).toMatchObject({
      status: 'active',
      latestPayment: { paymentRef: latest_invoice, status: 'paid' },
    });
  });
});

describe('cancelling a subscription', () => {
  it('ends it at once, is fine twice, and is told', async () => {
    const { ref } = await subscribe();
    await provider.subscriptions.cancelSubscription(ref);
    await provider.subscriptions.cancelSubscription(ref);
    expect(await provider.subscriptions.fetchSubscription(ref)).toMatchObject({ status: 'ended' });
    expect(await factsOf(provider, simulator, 'customer.subscription.deleted')).toEqual([
      { kind: 'subscription_ended', provider: 'stripe', subscriptionRef: ref },
    ]);
  });

  it('of one that never existed is fine', async () => {
    await provider.subscriptions.cancelSubscription('sub_never_seen');
  });

  it('whose answer is lost is sent again', async () => {
    const { ref } = await subscribe();
    await simulator.control.fault({ kind: 'error_after', method: 'DELETE', path: '/v1/subscriptions/*' });
    const lost = provider.subscriptions.cancelSubscription(ref);
    await expect(lost).rejects.toMatchObject({ code: 'provider_unavailable' });
    await provider.subscriptions.cancelSubscription(ref);
    expect(await simulator.control.events('customer.subscription.deleted')).toHaveLength(1);
  });
});
