import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { type StripeSimulator, startStripeSimulator } from '../start.ts';
import { keepCard, sdk, secretKey, topUp } from '../test-support.ts';

let simulator: StripeSimulator;
let stripe: Stripe;

beforeAll(async () => {
  simulator = await startStripeSimulator({ secretKey });
  stripe = sdk(simulator.url);
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

async function save() {
  const { id } = await stripe.checkout.sessions.create(keepCard());
  await simulator.control.save(id);
  const session = await stripe.checkout.sessions.retrieve(id, { expand: ['setup_intent'] });
  const method = (session.setup_intent as Stripe.SetupIntent).payment_method;
  return { customer: session.customer as string, payment_method: method as string };
}

const charge = (saved: { customer: string; payment_method: string }, metadata: Record<string, string> = {}) =>
  stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    confirm: true,
    off_session: true,
    metadata,
    ...saved,
  });

describe('a saved card', () => {
  test('answers what it is told to, from then on', async () => {
    const saved = await save();
    expect(await charge(saved)).toMatchObject({ status: 'succeeded' });
    for (const [answer, decline_code] of [
      ['declined', 'generic_decline'],
      ['insufficient_funds', 'insufficient_funds'],
      ['needs_authentication', 'authentication_required'],
    ] as const) {
      await simulator.control.cardAnswers(saved.payment_method, answer);
      const refused = { statusCode: 402, decline_code, payment_intent: { metadata: { n: answer } } };
      await expect(charge(saved, { n: answer })).rejects.toMatchObject(refused);
    }
    await simulator.control.cardAnswers(saved.payment_method, 'ok');
    expect(await charge(saved)).toMatchObject({ status: 'succeeded' });
  });

  test('can take days, and then bring the money or not', async () => {
    const saved = await save();
    await simulator.control.cardAnswers(saved.payment_method, 'processing');
    const [first, second] = [await charge(saved), await charge(saved)];
    expect([first.status, second.status]).toEqual(['processing', 'processing']);
    expect(await simulator.control.settleCharge(first.id)).toMatchObject({ amount_received: 1000 });
    await simulator.control.failCharge(second.id);
    const { data } = await stripe.paymentIntents.list({ customer: saved.customer });
    expect(data.map(({ status }) => status)).toEqual(['requires_payment_method', 'succeeded']);
    await expect(simulator.control.settleCharge(second.id)).rejects.toThrow('not processing');
  });

  test('is settled apart from what was bought on a page', async () => {
    const { id } = await stripe.checkout.sessions.create(topUp('ord_1'));
    const { payment_intent } = await simulator.control.payLater(id);
    await expect(simulator.control.settleCharge(payment_intent ?? '')).rejects.toThrow('settle the session');
    expect(await simulator.control.settle(id)).toMatchObject({ payment_status: 'paid' });
  });

  test('cannot be told something that no bank says', async () => {
    const { payment_method } = await save();
    const told = simulator.control.cardAnswers(payment_method, 'maybe' as never);
    await expect(told).rejects.toThrow('answered 400');
    await expect(simulator.control.cardAnswers('pm_none', 'ok')).rejects.toThrow('answered 404');
  });

  test('can be the one that a customer pays invoices with', async () => {
    const { customer, payment_method } = await save();
    await stripe.customers.update(customer, {
      invoice_settings: { default_payment_method: payment_method },
    });
    await stripe.customers.update(customer, { name: 'Ada' });
    const read = await stripe.customers.retrieve(customer, {
      expand: ['invoice_settings.default_payment_method'],
    });
    expect(read).toMatchObject({
      name: 'Ada',
      invoice_settings: { default_payment_method: { id: payment_method, card: { last4: '4242' } } },
    });
  });
});

test('payments are listed by customer and time, in pages, and not of customers that do not exist', async () => {
  const saved = await save();
  for (const n of ['1', '2', '3']) await charge(saved, { n });
  await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
  const seen: (string | undefined)[] = [];
  const since = Math.floor(Date.now() / 1000) - 60;
  const query = { customer: saved.customer, created: { gte: since }, limit: 2 };
  for await (const { metadata } of stripe.paymentIntents.list(query)) seen.push(metadata.n);
  expect(seen).toEqual(['3', '2', '1']);
  const later = await stripe.paymentIntents.list({ ...query, created: { gte: since + 3600 } });
  expect(later.data).toEqual([]);
  await expect(stripe.paymentIntents.list({ customer: 'cus_none' })).rejects.toMatchObject({
    code: 'resource_missing',
    param: 'customer',
  });
});
