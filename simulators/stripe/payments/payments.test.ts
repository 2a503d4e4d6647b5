import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import type { StripeSimulator } from '../start.ts';
import { type Receiver, sdk, startFor, startReceiver, topUp } from '../test-support.ts';

let receiver: Receiver;
let simulator: StripeSimulator;
let stripe: Stripe;

beforeAll(async () => {
  receiver = await startReceiver();
  simulator = await startFor(receiver);
  stripe = sdk(simulator.url);
});
afterAll(async () => {
  await simulator.close();
  await receiver.close();
});
beforeEach(async () => {
  await simulator.control.delivered();
  await simulator.control.reset();
  receiver.received.length = 0;
});

/** Buys something for $20 and answers the payment intent. */
async function paid(): Promise<Stripe.PaymentIntent> {
  const { id } = await stripe.checkout.sessions.create(topUp('ord_1'));
  await simulator.control.pay(id);
  const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
  return session.payment_intent as Stripe.PaymentIntent;
}

const charge = (intent: Stripe.PaymentIntent) =>
  stripe.charges.retrieve(intent.latest_charge as string, { expand: ['refunds'] });

async function eventTypes(): Promise<string[]> {
  await simulator.control.delivered();
  return receiver
    .events()
    .map(({ type }) => type)
    .toSorted();
}

describe('a refund', () => {
  test('in parts adds up until nothing is left', async () => {
    const intent = await paid();
    const first = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 500,
      reason: 'requested_by_customer',
      metadata: { refund_id: 'r1' },
    });
    expect(first).toMatchObject({ amount: 500, status: 'succeeded', charge: intent.latest_charge });
    expect(await charge(intent)).toMatchObject({ amount_refunded: 500, refunded: false });
    expect(await stripe.refunds.create({ charge: intent.latest_charge as string })).toMatchObject({
      amount: 1500,
    });
    const refunded = await charge(intent);
    expect(refunded).toMatchObject({ amount_refunded: 2000, refunded: true });
    expect(refunded.refunds?.data).toHaveLength(2);
    await expect(stripe.refunds.create({ payment_intent: intent.id })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });
    expect(await stripe.refunds.list({ payment_intent: intent.id })).toMatchObject({ has_more: false });
    expect(await eventTypes()).toEqual(
      expect.arrayContaining(['charge.refunded', 'charge.refunded', 'refund.created', 'refund.created']),
    );
  });

  test.each([
    ['more than is left', 2001],
    ['nothing', 0],
  ])('of %s is refused', async (_, amount) => {
    const intent = await paid();
    await expect(stripe.refunds.create({ payment_intent: intent.id, amount })).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      param: 'amount',
    });
    expect(await charge(intent)).toMatchObject({ amount_refunded: 0 });
  });

  test('of a payment that was never made is refused', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    await expect(stripe.refunds.create({ payment_intent: intent.id })).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
    });
  });

  test('can stay pending and then succeed, or fail days later', async () => {
    const intent = await paid();
    await simulator.control.fault({ kind: 'refund_pending' });
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect(refund.status).toBe('pending');
    await simulator.control.succeedRefund(refund.id);
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'succeeded' });
    await simulator.control.failRefund(refund.id);
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'failed' });
    expect(await charge(intent)).toMatchObject({ amount_refunded: 0, refunded: false });
    expect(await eventTypes()).toEqual(expect.arrayContaining(['refund.failed', 'refund.updated']));
  });
});

describe('a dispute', () => {
  test('takes the money, blocks refunds, and gives it back when it is won', async () => {
    const intent = await paid();
    const dispute = await simulator.control.dispute(intent.latest_charge as string);
    expect(dispute).toMatchObject({ amount: 2000, status: 'needs_response', payment_intent: intent.id });
    await expect(stripe.refunds.create({ payment_intent: intent.id })).rejects.toMatchObject({
      code: 'charge_disputed',
    });
    await simulator.control.winDispute(dispute.id);
    expect(await stripe.disputes.retrieve(dispute.id)).toMatchObject({ status: 'won' });
    expect((await eventTypes()).filter((type) => type.includes('dispute'))).toEqual([
      'charge.dispute.closed',
      'charge.dispute.created',
      'charge.dispute.funds_reinstated',
      'charge.dispute.funds_withdrawn',
    ]);
    const booked = await stripe.balanceTransactions.list();
    expect(booked.data.reduce((sum, { amount }) => sum + amount, 0)).toBe(2000);
  });
});

describe('charging a saved card', () => {
  /** Pays once with this card and answers who can be charged again. */
  async function save(card: string) {
    const session = await stripe.checkout.sessions.create({
      ...topUp('ord_2'),
      payment_intent_data: { setup_future_usage: 'off_session' },
    });
    await simulator.control.pay(session.id, { card });
    const { customer, payment_intent } = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['payment_intent'],
    });
    const method = (payment_intent as Stripe.PaymentIntent).payment_method as string;
    return { customer: customer as string, payment_method: method };
  }

  const renew = (saved: { customer: string; payment_method: string }, key = 'sub:1:period:2') =>
    stripe.paymentIntents.create(
      { amount: 1000, currency: 'usd', confirm: true, off_session: true, ...saved },
      { idempotencyKey: key },
    );

  test('succeeds at once', async () => {
    const saved = await save('4242');
    expect(await renew(saved)).toMatchObject({
      status: 'succeeded',
      amount_received: 1000,
      customer: saved.customer,
    });
    const methods = await stripe.customers.listPaymentMethods(saved.customer);
    expect(methods.data.map(({ id }) => id)).toEqual([saved.payment_method]);
  });

  test.each([
    ['3184', 'authentication_required', 'authentication_required'],
    ['0341', 'card_declined', 'generic_decline'],
  ])(
    'with %s is refused with 402, remembered, and leaves its payment intent behind',
    async (card, code, decline) => {
      const saved = await save(card);
      const refused = { type: 'StripeCardError', statusCode: 402, code, decline_code: decline };
      await expect(renew(saved)).rejects.toMatchObject({
        ...refused,
        payment_intent: { status: 'requires_payment_method', last_payment_error: { code } },
      });
      await expect(renew(saved)).rejects.toMatchObject(refused);
      const intents = await stripe.paymentIntents.list({ customer: saved.customer });
      expect(intents.data.map(({ status }) => status)).toEqual(['requires_payment_method', 'succeeded']);
    },
  );

  test('that was removed is refused', async () => {
    const saved = await save('4242');
    await stripe.paymentMethods.detach(saved.payment_method);
    await expect(renew(saved)).rejects.toMatchObject({ type: 'StripeInvalidRequestError' });
  });
});

test('a customer is made, changed and found', async () => {
  const customer = await stripe.customers.create({ email: 'ada@example.com', metadata: { user_id: 'u1' } });
  await stripe.customers.update(customer.id, { name: 'Ada', metadata: { user_id: '', plan: 'pro' } });
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
    email: 'ada@example.com',
    name: 'Ada',
    metadata: { plan: 'pro' },
  });
  expect((await stripe.customers.list({ email: 'ada@example.com' })).data).toHaveLength(1);
  const session = await stripe.checkout.sessions.create({
    ...topUp('ord_3'),
    customer_email: undefined as never,
    customer: customer.id,
  });
  expect(session).toMatchObject({ customer: customer.id, customer_details: { email: 'ada@example.com' } });
});
