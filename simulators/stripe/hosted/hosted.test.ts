import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { type StripeSimulator, startStripeSimulator } from '../start.ts';
import { keepCard, monthly, sdk, secretKey, topUp } from '../test-support.ts';

let simulator: StripeSimulator;
let stripe: Stripe;

beforeAll(async () => {
  simulator = await startStripeSimulator({ secretKey });
  stripe = sdk(simulator.url);
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

async function open(overrides: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const session = await stripe.checkout.sessions.create({ ...topUp('ord_1'), ...overrides });
  return { id: session.id, url: session.url! };
}

const page = async (url: string) => (await fetch(url)).text();

/** Presses a button as a browser does: the form's fields to the address of the button. */
async function press(url: string, button: string, fields: Record<string, string> = { card: '4242' }) {
  const action = new RegExp(`id="${button}"[^>]*formaction="([^"]+)"`).exec(await page(url))?.[1];
  if (action === undefined) throw new Error(`there is no button ${button}`);
  const target = new URL(action, url);
  const response = await fetch(target, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  return { status: response.status, location: response.headers.get('location') };
}

describe('the hosted page', () => {
  test('shows what is bought, for how much, and every outcome', async () => {
    const { url } = await open();
    const html = await page(url);
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('$20.00');
    expect(html).toContain('Balance top-up');
    expect(html).toContain('ada@example.com');
    for (const id of ['pay', 'decline', 'pay-later', 'expire', 'back']) expect(html).toContain(`id="${id}"`);
    expect(html).toContain('href="http://127.0.0.1:9/topup"');
  });

  test('takes the buyer back with the id of the session after paying', async () => {
    const { id, url } = await open();
    expect(await press(url, 'pay')).toEqual({
      status: 303,
      location: `http://127.0.0.1:9/orders/1?session=${id}`,
    });
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ payment_status: 'paid' });
  });

  test('pays once however often the button is pressed', async () => {
    const { id, url } = await open();
    await press(url, 'pay');
    const again = await fetch(`${url}?action=pay`, { method: 'POST', redirect: 'manual' });
    expect(again.headers.get('location')).toContain(id);
    expect((await stripe.charges.list()).data).toHaveLength(1);
  });

  test('tells of a declined card and lets the buyer try another', async () => {
    const { id, url } = await open();
    expect(await press(url, 'pay', { card: '9995' })).toMatchObject({ location: new URL(url).pathname });
    expect(await page(url)).toMatch(/role="alert">[^<]*insufficient funds/);
    await press(url, 'pay');
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ payment_status: 'paid' });
  });

  test('offers to settle a payment that was left for later', async () => {
    const { id, url } = await open();
    expect((await press(url, 'pay-later')).location).toContain(id);
    await press(url, 'settle');
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ payment_status: 'paid' });
    expect(await page(url)).toContain('all done');
  });

  test('has no button left once it has expired', async () => {
    const { url } = await open();
    await press(url, 'expire');
    const html = await page(url);
    expect(html).toContain('expired');
    expect(html).not.toContain('<button');
  });

  test('offers no bank transfer where only cards are allowed', async () => {
    const { url } = await open({ allowed_payment_method_types: ['card'] });
    expect(await page(url)).not.toContain('id="pay-later"');
  });

  test('keeps a card and speaks of no amount', async () => {
    const session = await stripe.checkout.sessions.create(keepCard());
    const html = await page(session.url!);
    expect(html).toContain('Save a card');
    expect(html).not.toMatch(/id="(pay|pay-later|amount)"/);
    expect(html).toContain('href="http://127.0.0.1:9/settings"');
    await press(session.url!, 'save', { card: '9995' });
    expect(await page(session.url!)).toMatch(/role="alert">[^<]*insufficient funds/);
    await press(session.url!, 'decline');
    expect(await page(session.url!)).toMatch(/role="alert">[^<]*declined/);
    expect(await press(session.url!, 'save')).toEqual({
      status: 303,
      location: `http://127.0.0.1:9/settings?session=${session.id}`,
    });
    expect(await page(session.url!)).toContain('The card is saved');
  });

  test('says how often a subscription is paid, and what the bank said', async () => {
    const { id, url } = await stripe.checkout.sessions.create(monthly('ord_1'));
    expect(await page(url!)).toContain('$20.00 / month');
    expect(await page(url!)).not.toContain('id="pay-later"');
    await press(url!, 'decline');
    expect(await page(url!)).toMatch(/role="alert">[^<]*declined/);
    await press(url!, 'pay');
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ payment_status: 'paid' });
  });

  test('shows hostile text as text', async () => {
    const price_data = {
      currency: 'usd',
      unit_amount: 1000,
      product_data: { name: '<script>alert(1)</script>' },
    };
    const { url } = await open({ line_items: [{ price_data, quantity: 1 }] });
    const html = await page(url);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
  });

  test('reads amounts of currencies without cents', async () => {
    const price_data = { currency: 'jpy', unit_amount: 3000, product_data: { name: 'Balance' } };
    const { url } = await open({ line_items: [{ price_data, quantity: 1 }] });
    expect(await page(url)).toContain('¥3,000');
  });

  test('is a 404 for a session that does not exist', async () => {
    expect((await fetch(`${simulator.url}/c/pay/cs_test_none`)).status).toBe(404);
  });
});
