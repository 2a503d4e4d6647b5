import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import type { StripeSimulator } from '../start.ts';
import { keepCard, type Receiver, sdk, startFor, startReceiver, topUp } from '../test-support.ts';

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

const read = (id: string) =>
  stripe.checkout.sessions.retrieve(id, { expand: ['setup_intent.payment_method', 'customer'] });

describe('a page that keeps a card', () => {
  test('asks for no money and waits with a setup intent', async () => {
    const session = await stripe.checkout.sessions.create(keepCard());
    expect(session).toMatchObject({
      mode: 'setup',
      status: 'open',
      amount_total: null,
      currency: 'usd',
      payment_status: 'no_payment_required',
      payment_intent: null,
    });
    expect(await stripe.setupIntents.retrieve(session.setup_intent as string)).toMatchObject({
      status: 'requires_payment_method',
      usage: 'off_session',
      metadata: { setup_id: 'setup_1' },
    });
  });

  test('leaves a card that belongs to a customer and moves no money', async () => {
    const { id } = await stripe.checkout.sessions.create(keepCard());
    await simulator.control.save(id);
    const session = await read(id);
    const customer = session.customer as Stripe.Customer;
    expect(session).toMatchObject({
      status: 'complete',
      customer: { email: 'ada@example.com' },
      setup_intent: {
        status: 'succeeded',
        payment_method: { card: { last4: '4242' }, customer: customer.id },
      },
    });
    const { data } = await stripe.customers.listPaymentMethods(customer.id, { type: 'card' });
    expect(data).toHaveLength(1);
    expect((await stripe.charges.list()).data).toEqual([]);
    await simulator.control.delivered();
    expect(receiver.events()).toMatchObject([
      { type: 'checkout.session.completed', data: { object: { id, mode: 'setup' } } },
    ]);
    expect(await simulator.control.events('setup_intent.succeeded')).toHaveLength(1);
  });

  test('tells why the bank refused a card, and takes another', async () => {
    const { id } = await stripe.checkout.sessions.create(keepCard());
    await simulator.control.save(id, { card: '9995' });
    expect(await read(id)).toMatchObject({
      status: 'open',
      setup_intent: { last_setup_error: { decline_code: 'insufficient_funds' } },
    });
    await simulator.control.save(id);
    expect(await read(id)).toMatchObject({ status: 'complete', setup_intent: { last_setup_error: null } });
    const customers = await stripe.customers.list();
    expect(customers.data).toHaveLength(1);
  });

  test('that expires cancels its setup intent', async () => {
    const { id } = await stripe.checkout.sessions.create(keepCard());
    await stripe.checkout.sessions.expire(id);
    expect(await read(id)).toMatchObject({ status: 'expired', setup_intent: { status: 'canceled' } });
    await expect(simulator.control.save(id)).rejects.toThrow('not open');
  });

  test('cannot be paid on, and one to pay on keeps no card alone', async () => {
    const setup = await stripe.checkout.sessions.create(keepCard());
    await expect(simulator.control.pay(setup.id)).rejects.toThrow('Nothing has to be paid');
    const payment = await stripe.checkout.sessions.create(topUp('ord_1'));
    await expect(simulator.control.save(payment.id)).rejects.toThrow('there to pay');
  });

  test.each([
    ['lines', { line_items: topUp('x').line_items }, 'line_items'],
    ['words for a subscription', { subscription_data: { description: 'x' } }, 'subscription_data'],
    ['no currency', { currency: undefined }, 'currency'],
  ])('refuses %s', async (_, changes, param) => {
    const asked = { ...keepCard(), ...changes } as Stripe.Checkout.SessionCreateParams;
    await expect(stripe.checkout.sessions.create(asked)).rejects.toMatchObject({ param });
  });
});
