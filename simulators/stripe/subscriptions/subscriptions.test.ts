import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import type { StripeSimulator } from '../start.ts';
import { monthly, type Receiver, sdk, startFor, startReceiver } from '../test-support.ts';

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

async function subscribe(changes: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const { id } = await stripe.checkout.sessions.create({ ...monthly('ord_1'), ...changes });
  await simulator.control.pay(id);
  return stripe.checkout.sessions.retrieve(id, { expand: ['subscription', 'invoice.payments'] });
}

const idOfSubscription = async () => ((await subscribe()).subscription as Stripe.Subscription).id;
const periodOf = ({ lines }: Stripe.Invoice) => lines.data[0]?.period;

describe('paying for a subscription', () => {
  test('begins it with a paid invoice for the first month and a card that was kept', async () => {
    const session = await subscribe();
    const subscription = session.subscription as Stripe.Subscription;
    const invoice = session.invoice as Stripe.Invoice;
    const [item] = subscription.items.data;
    expect(session).toMatchObject({
      mode: 'subscription',
      status: 'complete',
      payment_status: 'paid',
      payment_intent: null,
      amount_total: 2000,
    });
    expect(subscription).toMatchObject({
      status: 'active',
      customer: session.customer,
      latest_invoice: invoice.id,
      metadata: { plan: 'plus' },
      items: { data: [{ price: { recurring: { interval: 'month' }, unit_amount: 2000 } }] },
    });
    expect(invoice).toMatchObject({
      status: 'paid',
      billing_reason: 'subscription_create',
      amount_paid: 2000,
      attempt_count: 1,
      parent: { subscription_details: { subscription: subscription.id, metadata: { plan: 'plus' } } },
      payments: { data: [{ status: 'paid', amount_paid: 2000, payment: { type: 'payment_intent' } }] },
    });
    expect(periodOf(invoice)).toEqual({ start: item?.current_period_start, end: item?.current_period_end });
    const { data } = await stripe.customers.listPaymentMethods(session.customer as string);
    expect(data.map(({ id }) => id)).toEqual([subscription.default_payment_method]);
  });

  test('leaves nothing behind when the card is declined', async () => {
    const { id } = await stripe.checkout.sessions.create(monthly('ord_1'));
    expect(await simulator.control.pay(id, { card: '9995' })).toMatchObject({
      status: 'open',
      subscription: null,
    });
    expect((await stripe.subscriptions.list()).data).toEqual([]);
    await simulator.control.pay(id);
    expect((await stripe.charges.list()).data.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
    expect((await stripe.paymentIntents.list()).data).toHaveLength(1);
    await expect(simulator.control.payLater(id)).rejects.toThrow('not open');
  });

  test.each([
    [['checkout.session.completed', 'invoice.paid', 'customer.subscription.created']],
    [['invoice.paid', 'customer.subscription.created', 'checkout.session.completed']],
  ])('is told in the order that a test asks for: %s', async (types) => {
    const { url } = receiver;
    await simulator.control.webhook({ url, secret: 'whsec_contract', events: types });
    await simulator.control.fault({ kind: 'sequence', types });
    await subscribe();
    await receiver.count(3);
    await simulator.control.webhook({ url, secret: 'whsec_contract' });
    expect(receiver.events().map(({ type }) => type)).toEqual(types);
  });

  test.each([
    ['a one-time price', { line_items: line(undefined) }, 'line_items'],
    ['a customer to be made', { customer_creation: 'always' }, 'customer_creation'],
    ['words for a payment', { payment_intent_data: { description: 'x' } }, 'payment_intent_data'],
    ['a recurring price for one payment', { mode: 'payment', subscription_data: undefined }, 'mode'],
    ['words for a subscription without one', { mode: 'payment' }, 'subscription_data'],
  ])('refuses %s', async (_, changes, param) => {
    const asked = { ...monthly('x'), ...changes } as Stripe.Checkout.SessionCreateParams;
    await expect(stripe.checkout.sessions.create(asked)).rejects.toMatchObject({ param });
  });
});

function line(recurring: object | undefined) {
  const price_data = { currency: 'usd', unit_amount: 2000, product_data: { name: 'Plus' }, recurring };
  return [{ price_data, quantity: 1 }];
}

describe('the next period', () => {
  test('follows the one before, on an invoice of its own', async () => {
    const id = await idOfSubscription();
    const [before] = (await stripe.subscriptions.retrieve(id)).items.data;
    await simulator.control.chargePeriod(id);
    const [after] = (await stripe.subscriptions.retrieve(id)).items.data;
    expect(after?.current_period_start).toBe(before?.current_period_end);
    const invoices = await stripe.invoices.list({ subscription: id });
    expect(invoices.data.map(({ billing_reason }) => billing_reason)).toEqual([
      'subscription_cycle',
      'subscription_create',
    ]);
    expect(periodOf(invoices.data[0]!)).toEqual({
      start: after?.current_period_start,
      end: after?.current_period_end,
    });
    expect(invoices.data[0]?.period_end).toBe(after?.current_period_start);
  });

  test('begins where a test says', async () => {
    const id = await idOfSubscription();
    const start = Date.UTC(2027, 4, 3) / 1000;
    await simulator.control.chargePeriod(id, { period_start: start });
    const [invoice] = (await stripe.invoices.list({ subscription: id })).data;
    expect(periodOf(invoice!)?.start).toBe(start);
  });

  test('that the bank refuses makes it past due, until another try is paid', async () => {
    const id = await idOfSubscription();
    const { latest_invoice } = await simulator.control.chargePeriod(id, { outcome: 'declined' });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'past_due' });
    const invoice = await stripe.invoices.retrieve(latest_invoice as string);
    expect(invoice).toMatchObject({ status: 'open', attempt_count: 1, amount_remaining: 2000 });
    expect(invoice.next_payment_attempt).toBeGreaterThan(Date.now() / 1000);
    const last = await simulator.control.retryInvoice(invoice.id!, { outcome: 'declined', last_try: true });
    expect(last).toMatchObject({ attempt_count: 2, next_payment_attempt: null });
    await simulator.control.retryInvoice(invoice.id!, { outcome: 'paid' });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'active' });
    await expect(simulator.control.retryInvoice(invoice.id!)).rejects.toThrow('not open');
    await simulator.control.delivered();
    const types = receiver.events().filter(({ type }) => type.startsWith('invoice.'));
    expect(types.map(({ type }) => type).toSorted()).toEqual([
      'invoice.paid',
      'invoice.paid',
      'invoice.payment_failed',
      'invoice.payment_failed',
    ]);
  });

  test('asks the card where a test does not say what happens', async () => {
    const id = await idOfSubscription();
    const { default_payment_method } = await stripe.subscriptions.retrieve(id);
    await simulator.control.cardAnswers(default_payment_method as string, 'insufficient_funds');
    expect(await simulator.control.chargePeriod(id)).toMatchObject({ status: 'past_due' });
    const [failed] = (await stripe.paymentIntents.list({ limit: 1 })).data;
    expect(failed?.last_payment_error?.decline_code).toBe('insufficient_funds');
  });
});

describe('the end', () => {
  test('comes at once when it is cancelled, and it cannot be cancelled again', async () => {
    const id = await idOfSubscription();
    const canceled = await stripe.subscriptions.cancel(id, { prorate: false, invoice_now: false });
    expect(canceled).toMatchObject({ status: 'canceled', ended_at: expect.any(Number) });
    await expect(stripe.subscriptions.cancel(id)).rejects.toMatchObject({ code: 'resource_missing' });
    await expect(simulator.control.chargePeriod(id)).rejects.toThrow('ended');
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled' });
  });

  test('comes with the period where that was asked for', async () => {
    const id = await idOfSubscription();
    await stripe.subscriptions.update(id, { cancel_at_period_end: true, metadata: { why: 'tired' } });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      metadata: { plan: 'plus', why: 'tired' },
    });
    expect(await simulator.control.chargePeriod(id)).toMatchObject({ status: 'canceled' });
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
    expect(await simulator.control.events('customer.subscription.deleted')).toHaveLength(1);
  });

  test('can be the decision of the provider', async () => {
    const id = await idOfSubscription();
    await simulator.control.endSubscription(id);
    const { data } = await stripe.subscriptions.list({ status: 'canceled' });
    expect(data.map((subscription) => subscription.id)).toEqual([id]);
  });
});
