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
  await simulator.control.reset();
  receiver.received.length = 0;
});

const nowInSeconds = () => Math.floor(Date.now() / 1000);

describe('creating a session', () => {
  test('answers an open page with the amounts and references that were asked for', async () => {
    const expires_at = nowInSeconds() + 3600;
    const session = await stripe.checkout.sessions.create({ ...topUp('ord_1'), expires_at });
    expect(session.id).toMatch(/^cs_test_[A-Za-z0-9_]+$/);
    expect(session).toMatchObject({
      object: 'checkout.session',
      amount_total: 2000,
      amount_subtotal: 2000,
      currency: 'usd',
      client_reference_id: 'ord_1',
      customer_email: 'ada@example.com',
      metadata: { order_id: 'ord_1' },
      expires_at,
      livemode: false,
      payment_intent: null,
      payment_status: 'unpaid',
      status: 'open',
    });
    expect(session.url).toBe(`${simulator.url}/c/pay/${session.id}`);
  });

  test('counts several lines and quantities', async () => {
    const line = (unit_amount: number, quantity: number) => ({
      price_data: { currency: 'EUR', unit_amount, product_data: { name: `at ${unit_amount}` } },
      quantity,
    });
    const session = await stripe.checkout.sessions.create({
      ...topUp('ord_2'),
      line_items: [line(1000, 2), line(333, 3)],
    });
    expect(session).toMatchObject({ amount_total: 2999, currency: 'eur' });
    const lines = await stripe.checkout.sessions.listLineItems(session.id);
    expect(lines.data.map((item) => [item.description, item.quantity, item.amount_total])).toEqual([
      ['at 1000', 2, 2000],
      ['at 333', 3, 999],
    ]);
    const expanded = await stripe.checkout.sessions.retrieve(session.id, { expand: ['line_items'] });
    expect(expanded.line_items?.data).toHaveLength(2);
  });

  test.each([
    ['nothing', {}, 'mode', 'parameter_missing'],
    ['no success_url', { ...topUp('x'), success_url: undefined }, 'success_url', 'parameter_missing'],
    ['a page that is no URL', { ...topUp('x'), success_url: 'nowhere' }, 'success_url', 'url_invalid'],
    ['a script as URL', { ...topUp('x'), success_url: 'javascript:alert(1)' }, 'success_url', 'url_invalid'],
    ['an unknown name', { ...topUp('x'), colour: 'red' }, 'colour', 'parameter_unknown'],
    [
      'a name that endive removed',
      { ...topUp('x'), payment_method_types: ['card'] },
      'payment_method_types',
      'parameter_unknown',
    ],
    [
      'an unknown customer',
      { ...topUp('x'), customer_email: undefined, customer: 'cus_none' },
      'customer',
      'resource_missing',
    ],
    ['49 cents', withAmount(49), 'line_items', 'amount_too_small'],
    ['nine digits', withAmount(100_000_000), 'line_items', 'amount_too_large'],
    [
      'a negative amount',
      withAmount(-5),
      'line_items[0][price_data][unit_amount]',
      'parameter_invalid_integer',
    ],
    ['a fraction', withAmount(10.5), 'line_items[0][price_data][unit_amount]', 'parameter_invalid_integer'],
    ['an address that is none', { ...topUp('x'), customer_email: 'ada' }, 'customer_email', 'email_invalid'],
    [
      'an empty name',
      withName(''),
      'line_items[0][price_data][product_data][name]',
      'parameter_invalid_empty',
    ],
    [
      'a page that ends in 5 minutes',
      { ...topUp('x'), expires_at: nowInSeconds() + 300 },
      'expires_at',
      undefined,
    ],
    [
      'a page that ends in 2 days',
      { ...topUp('x'), expires_at: nowInSeconds() + 172_800 },
      'expires_at',
      undefined,
    ],
  ])('refuses %s', async (_, parameters, param, code) => {
    const refused = stripe.checkout.sessions.create(parameters as Stripe.Checkout.SessionCreateParams);
    await expect(refused).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      rawType: 'invalid_request_error',
      param,
      code,
    });
    expect(await simulator.control.sessions()).toEqual([]);
  });
});

function withAmount(unit_amount: number): Stripe.Checkout.SessionCreateParams {
  const price_data = { currency: 'usd', unit_amount, product_data: { name: 'Balance' } };
  return { ...topUp('x'), line_items: [{ price_data, quantity: 1 }] };
}

function withName(name: string): Stripe.Checkout.SessionCreateParams {
  const price_data = { currency: 'usd', unit_amount: 1000, product_data: { name } };
  return { ...topUp('x'), line_items: [{ price_data, quantity: 1 }] };
}

describe('paying', () => {
  test('completes the session, the payment intent and the charge, and keeps their metadata apart', async () => {
    const { id } = await stripe.checkout.sessions.create(topUp('ord_3'));
    await simulator.control.pay(id);
    const session = await stripe.checkout.sessions.retrieve(id, {
      expand: ['payment_intent.latest_charge.balance_transaction', 'customer'],
    });
    expect(session).toMatchObject({ status: 'complete', payment_status: 'paid', url: null, customer: null });
    const intent = session.payment_intent as Stripe.PaymentIntent;
    expect(intent).toMatchObject({
      amount: 2000,
      amount_received: 2000,
      status: 'succeeded',
      metadata: { order_id: 'ord_3' },
    });
    expect(intent.latest_charge).toMatchObject({
      paid: true,
      refunded: false,
      amount: 2000,
      payment_method_details: { card: { last4: '4242' } },
      balance_transaction: { fee: 88, net: 1912 },
    });
    expect(await stripe.checkout.sessions.list({ payment_intent: intent.id })).toMatchObject({
      data: [{ id }],
      has_more: false,
    });
  });

  test('a declined card leaves the session open for another try', async () => {
    const { id } = await stripe.checkout.sessions.create(topUp('ord_4'));
    const declined = await simulator.control.decline(id);
    expect(declined).toMatchObject({ status: 'open', payment_status: 'unpaid' });
    const paid = await simulator.control.pay(id);
    expect(paid).toMatchObject({ status: 'complete', payment_intent: declined.payment_intent });
    await simulator.control.delivered();
    const types = receiver.events().map((event) => event.type);
    expect(types.toSorted()).toEqual([
      'checkout.session.completed',
      'payment_intent.payment_failed',
      'payment_intent.succeeded',
    ]);
  });

  test('a delayed method completes unpaid and settles, or fails, later', async () => {
    const first = await stripe.checkout.sessions.create(topUp('ord_5'));
    expect(await simulator.control.payLater(first.id)).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
    });
    expect(await simulator.control.settle(first.id)).toMatchObject({ payment_status: 'paid' });
    const second = await stripe.checkout.sessions.create(topUp('ord_6'));
    await simulator.control.payLater(second.id);
    expect(await simulator.control.failLater(second.id)).toMatchObject({ payment_status: 'unpaid' });
    await simulator.control.delivered();
    const types = receiver
      .events()
      .filter(({ type }) => type.startsWith('checkout.'))
      .map(({ type }) => type);
    expect(types.toSorted()).toEqual([
      'checkout.session.async_payment_failed',
      'checkout.session.async_payment_succeeded',
      'checkout.session.completed',
      'checkout.session.completed',
    ]);
  });

  test('can be made to bring another amount or currency than was asked for', async () => {
    const { id } = await stripe.checkout.sessions.create(topUp('ord_7'));
    await simulator.control.pay(id, { amount: 1500, currency: 'EUR' });
    const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
    expect(session).toMatchObject({
      amount_total: 1500,
      currency: 'eur',
      payment_intent: { amount_received: 1500, currency: 'eur' },
    });
  });

  test('cannot happen twice', async () => {
    const { id } = await stripe.checkout.sessions.create(topUp('ord_8'));
    await simulator.control.pay(id);
    await expect(simulator.control.pay(id)).rejects.toThrow('not open');
    expect((await stripe.charges.list()).data).toHaveLength(1);
  });
});

describe('expiring', () => {
  test('closes the page for good, except for money that arrives late on purpose', async () => {
    const { id } = await stripe.checkout.sessions.create(topUp('ord_9'));
    expect(await stripe.checkout.sessions.expire(id)).toMatchObject({ status: 'expired', url: null });
    await expect(simulator.control.pay(id)).rejects.toThrow('not open');
    expect(await simulator.control.pay(id, { late: true })).toMatchObject({ status: 'complete' });
  });

  test('is refused once the session is complete', async () => {
    const { id } = await stripe.checkout.sessions.create(topUp('ord_10'));
    await simulator.control.pay(id);
    await expect(stripe.checkout.sessions.expire(id)).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      message: expect.stringContaining('`complete`'),
    });
  });

  test('happens by itself when the time has come', async () => {
    const { id } = await stripe.checkout.sessions.create(topUp('ord_11'));
    await simulator.control.expireIn(id, 0);
    await receiver.count(1);
    expect(receiver.events()[0]).toMatchObject({
      type: 'checkout.session.expired',
      request: { id: null },
      data: { object: { id, status: 'expired' } },
    });
  });
});

test('lists come in pages, newest first', async () => {
  const ids: string[] = [];
  for (const n of [1, 2, 3, 4, 5])
    ids.unshift((await stripe.checkout.sessions.create(topUp(`page_${n}`))).id);
  const seen: string[] = [];
  for await (const session of stripe.checkout.sessions.list({ limit: 2 })) seen.push(session.id);
  expect(seen).toEqual(ids);
  const before = await stripe.checkout.sessions.list({ limit: 2, ending_before: ids[3]! });
  expect(before.data.map(({ id }) => id)).toEqual([ids[1], ids[2]]);
});

test('what does not exist is a 404 in the shape of Stripe', async () => {
  await expect(stripe.checkout.sessions.retrieve('cs_test_none')).rejects.toMatchObject({
    type: 'StripeInvalidRequestError',
    statusCode: 404,
    code: 'resource_missing',
    message: "No such checkout.session: 'cs_test_none'",
    requestId: expect.stringMatching(/^req_/),
  });
});
