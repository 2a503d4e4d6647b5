import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { type StripeSimulator, startStripeSimulator } from '../start.ts';
import { keepCard, monthly, sdk, secretKey } from '../test-support.ts';

let simulator: StripeSimulator;
let stripe: Stripe;

beforeAll(async () => {
  simulator = await startStripeSimulator({ secretKey });
  stripe = sdk(simulator.url);
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

const page = async () => (await fetch(`${simulator.url}/desk`)).text();

/** Presses a button that the page really has, in the form of this object. */
async function press(id: string, action: string, fields: Record<string, string> = {}) {
  const form = new RegExp(`<form method="post" id="${id}">.*?</form>`, 's').exec(await page())?.[0];
  if (!form?.includes(`value="${action}"`)) throw new Error(`there is no button ${action} for ${id}`);
  const body = new URLSearchParams({ id, action, ...fields });
  const { status } = await fetch(`${simulator.url}/desk`, { method: 'POST', body, redirect: 'manual' });
  expect(status).toBe(303);
}

describe('the desk', () => {
  test('lets a card refuse the next charge, and a charge take days', async () => {
    const { id } = await stripe.checkout.sessions.create(keepCard());
    await simulator.control.save(id);
    const session = await stripe.checkout.sessions.retrieve(id, { expand: ['setup_intent'] });
    const payment_method = (session.setup_intent as Stripe.SetupIntent).payment_method as string;
    const customer = session.customer as string;
    const charge = () =>
      stripe.paymentIntents.create({
        ...{ amount: 1000, currency: 'usd', confirm: true, off_session: true },
        ...{ customer, payment_method, description: 'Plus, second month' },
      });
    expect(await page()).toContain('Card 4242 of ada@example.com');
    await press(payment_method, 'answer', { answer: 'insufficient_funds' });
    expect(await page()).toContain('<option selected>insufficient_funds</option>');
    await expect(charge()).rejects.toMatchObject({ decline_code: 'insufficient_funds' });
    await press(payment_method, 'answer', { answer: 'processing' });
    const [first, second] = [await charge(), await charge()];
    expect(await page()).toContain('$10.00: Plus, second month');
    await press(first.id, 'settle');
    await press(second.id, 'fail');
    expect(await stripe.paymentIntents.retrieve(first.id)).toMatchObject({ status: 'succeeded' });
    expect(await stripe.paymentIntents.retrieve(second.id)).toMatchObject({ amount_received: 0 });
  });

  test('charges periods of a subscription, paid or not, and ends it', async () => {
    const { id } = await stripe.checkout.sessions.create(monthly('ord_1'));
    await simulator.control.pay(id);
    const subscription = (await stripe.checkout.sessions.retrieve(id)).subscription as string;
    await press(subscription, 'charge-paid');
    await press(subscription, 'charge-declined');
    expect(await page()).toContain('Plus: past_due');
    const invoice = (await stripe.subscriptions.retrieve(subscription)).latest_invoice as string;
    await press(invoice, 'retry-declined');
    await press(invoice, 'retry-paid');
    const { data } = await stripe.invoices.list({ subscription });
    expect(data.map(({ status, attempt_count }) => [status, attempt_count])).toEqual([
      ['paid', 3],
      ['paid', 1],
      ['paid', 1],
    ]);
    await press(subscription, 'end');
    expect(await page()).not.toContain(subscription);
    expect((await stripe.subscriptions.list()).data).toEqual([]);
    expect((await stripe.subscriptions.list({ status: 'all' })).data).toHaveLength(1);
  });

  test('shows hostile text as text and does nothing that it does not know', async () => {
    await stripe.customers.create({ email: '<script>@example.com' });
    const { id } = await stripe.checkout.sessions.create({ ...keepCard(), customer_email: '<script>@x.com' });
    await simulator.control.save(id);
    expect(await page()).toContain('&lt;script&gt;@x.com');
    const body = new URLSearchParams({ id, action: 'constructor' });
    expect((await fetch(`${simulator.url}/desk`, { method: 'POST', body })).status).toBe(400);
  });
});
