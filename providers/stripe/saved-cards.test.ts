import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type StripeSimulator, startStripeSimulator } from '../../simulators/stripe/start.ts';
import { sdk } from '../../simulators/stripe/test-support.ts';
import { adapterFor, chargeOf, checkoutOf, saveCard, secretKey } from './test-support.ts';

let simulator: StripeSimulator;
let provider: ReturnType<typeof adapterFor>;

beforeAll(async () => {
  simulator = await startStripeSimulator({ secretKey });
  provider = adapterFor(simulator);
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

const path = '/v1/payment_intents';
const unknown = expect.objectContaining({ code: 'provider_unavailable' });

/** Charges of cards that succeeded, without those of the page. */
async function charged(): Promise<number> {
  const events = await simulator.control.events('payment_intent.succeeded');
  return events.filter(({ data }) => 'charge_id' in (data.object as unknown as { metadata: object }).metadata)
    .length;
}

describe('a card that a checkout kept', () => {
  it('is told with what people know it by', async () => {
    expect(await saveCard(provider, simulator)).toEqual({
      provider: 'stripe',
      customerRef: expect.stringMatching(/^cus_/),
      methodRef: expect.stringMatching(/^pm_/),
      brand: 'visa',
      last4: '4242',
      expiresMonth: 12,
      expiresYear: new Date().getFullYear() + 4,
    });
  });

  it('joins the other cards of a known customer', async () => {
    const { customerRef } = await saveCard(provider, simulator);
    const input = checkoutOf({ saveCard: true, customerRef });
    const { checkoutRef } = await provider.createCheckout(input);
    await simulator.control.pay(checkoutRef);
    const { paymentRef } = await provider.fetchPayment(checkoutRef);
    expect(await provider.savedCards.fetchSavedCard(paymentRef ?? '')).toMatchObject({ customerRef });
  });

  it('does not exist where nobody asked to keep it', async () => {
    const { checkoutRef } = await provider.createCheckout(checkoutOf());
    await simulator.control.pay(checkoutRef);
    const { paymentRef } = await provider.fetchPayment(checkoutRef);
    expect(await provider.savedCards.fetchSavedCard(paymentRef ?? '')).toBeUndefined();
  });

  it('is forgotten once, and again without complaint', async () => {
    const { methodRef } = await saveCard(provider, simulator);
    await provider.savedCards.forgetCard(methodRef);
    await provider.savedCards.forgetCard(methodRef);
    await provider.savedCards.forgetCard('pm_never_seen');
  });
});

describe('a charge', () => {
  it('takes the money at once', async () => {
    const input = chargeOf(await saveCard(provider, simulator));
    expect(await provider.savedCards.charge(input)).toEqual({
      provider: 'stripe',
      chargeId: input.chargeId,
      paymentRef: expect.stringMatching(/^pi_/),
      status: 'succeeded',
      declineCode: undefined,
      currency: 'USD',
      amountMinor: 1999n,
      live: false,
    });
  });

  it('that is sent twice, or ten times at once, is made once', async () => {
    const input = chargeOf(await saveCard(provider, simulator));
    const first = await provider.savedCards.charge(input);
    expect(await provider.savedCards.charge(input)).toEqual(first);
    const other = chargeOf(await saveCard(provider, simulator));
    await Promise.allSettled(Array.from({ length: 10 }, () => provider.savedCards.charge(other)));
    expect(await charged()).toBe(2);
  });

  it.each([
    ['0341', 'declined', 'generic_decline'],
    ['3184', 'needs_authentication', 'authentication_required'],
  ])(
    'of the card %s is answered %s, also when it is sent again or looked for',
    async (last4, status, why) => {
      const input = chargeOf(await saveCard(provider, simulator, last4));
      const answer = await provider.savedCards.charge(input);
      expect(answer).toMatchObject({
        chargeId: input.chargeId,
        status,
        declineCode: why,
        amountMinor: 1999n,
      });
      expect(await provider.savedCards.charge(input)).toEqual(answer);
      expect(await provider.savedCards.findCharge(input)).toEqual(answer);
    },
  );

  it('of a card that was removed, or that nobody knows, is declined and says so', async () => {
    const card = await saveCard(provider, simulator);
    await provider.savedCards.forgetCard(card.methodRef);
    const removed = await provider.savedCards.charge(chargeOf(card));
    expect(removed).toMatchObject({ status: 'declined', declineCode: 'payment_method_unusable' });
    const noCard = await provider.savedCards.charge(chargeOf({ ...card, methodRef: 'pm_none' }));
    expect(noCard).toMatchObject({ status: 'declined', declineCode: 'payment_method_missing' });
    const nobody = chargeOf({ ...card, customerRef: 'cus_none' });
    expect(await provider.savedCards.charge(nobody)).toMatchObject({
      chargeId: nobody.chargeId,
      paymentRef: undefined,
      status: 'declined',
      declineCode: 'customer_missing',
    });
    expect(await provider.savedCards.findCharge(nobody)).toBeUndefined();
  });

  it('of less than Stripe takes is declined', async () => {
    const card = await saveCard(provider, simulator);
    const answer = await provider.savedCards.charge(chargeOf(card, { amountMinor: 10n }));
    expect(answer).toMatchObject({ status: 'declined', declineCode: 'amount_too_small' });
  });

  it.each([
    ['refused for its rate', { kind: 'error_before', status: 429 }],
    ['answered with a failure', { kind: 'error_before', status: 503 }],
    ['cut off before it is read', { kind: 'cut_before', times: 2 }],
  ] as const)('that is %s has an unknown outcome, and never happened', async (_, fault) => {
    const input = chargeOf(await saveCard(provider, simulator));
    await simulator.control.fault({ ...fault, method: 'POST', path });
    await expect(provider.savedCards.charge(input)).rejects.toEqual(unknown);
    expect(await provider.savedCards.findCharge(input)).toBeUndefined();
    expect(await provider.savedCards.charge(input)).toMatchObject({ status: 'succeeded' });
    expect(await charged()).toBe(1);
  });

  it.each([
    ['fails on the way', { kind: 'error_after', status: 504, replay: 'error' }],
    // The SDK asks once more by itself where a connection closes.
    ['never comes', { kind: 'hang_after', ms: 50, times: 2 }],
  ] as const)('whose answer %s after it succeeded is found, not made again', async (_, fault) => {
    const input = chargeOf(await saveCard(provider, simulator));
    await simulator.control.fault({ ...fault, method: 'POST', path });
    await expect(provider.savedCards.charge(input)).rejects.toEqual(unknown);
    expect(await provider.savedCards.findCharge(input)).toMatchObject({
      chargeId: input.chargeId,
      status: 'succeeded',
      amountMinor: 1999n,
    });
    expect(await charged()).toBe(1);
  });

  it('that was sent before with other words is to be looked up', async () => {
    const input = chargeOf(await saveCard(provider, simulator));
    await provider.savedCards.charge(input);
    await expect(provider.savedCards.charge({ ...input, description: 'changed' })).rejects.toEqual(unknown);
    expect(await provider.savedCards.findCharge(input)).toMatchObject({ status: 'succeeded' });
  });
});

describe('looking for a charge', () => {
  it('finds it among hundreds of the same customer', async () => {
    const card = await saveCard(provider, simulator);
    const input = chargeOf(card);
    await provider.savedCards.charge(input);
    const stripe = sdkOf();
    for (let n = 0; n < 120; n++) {
      await stripe.paymentIntents.create({ amount: 1000, currency: 'usd', customer: card.customerRef });
    }
    expect(await provider.savedCards.findCharge(input)).toMatchObject({ status: 'succeeded' });
    const longAfter = { ...input, requestedAt: new Date(Date.now() + 2 * 3_600_000) };
    expect(await provider.savedCards.findCharge(longAfter)).toBeUndefined();
  });

  it('ends one that was made but never confirmed, so that it cannot happen later', async () => {
    const input = chargeOf(await saveCard(provider, simulator));
    const stripe = sdkOf();
    const { id } = await stripe.paymentIntents.create({
      amount: 1999,
      currency: 'usd',
      customer: input.customerRef,
      metadata: { charge_id: input.chargeId },
    });
    expect(await provider.savedCards.findCharge(input)).toMatchObject({
      paymentRef: id,
      status: 'declined',
      declineCode: 'canceled',
    });
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({ status: 'canceled' });
  });
});

const sdkOf = () => sdk(simulator.url, {}, secretKey);
