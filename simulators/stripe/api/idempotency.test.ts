import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { type StripeSimulator, startStripeSimulator } from '../start.ts';
import { sdk, secretKey, topUp } from '../test-support.ts';

let simulator: StripeSimulator;
let stripe: Stripe;

beforeAll(async () => {
  simulator = await startStripeSimulator({ secretKey });
  stripe = sdk(simulator.url, { maxNetworkRetries: 0 });
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

const sessions = () => simulator.control.sessions();
const create = (key: string, order = 'ord_1', client = stripe) =>
  client.checkout.sessions.create(topUp(order), { idempotencyKey: key });

describe('an idempotency key', () => {
  test('used again brings the first answer back and makes nothing new', async () => {
    const first = await create('key-1');
    const second = await create('key-1');
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers).toMatchObject({
      'idempotent-replayed': 'true',
      'original-request': first.lastResponse.requestId,
    });
    expect(await sessions()).toHaveLength(1);
  });

  test('used for other parameters is an error', async () => {
    await create('key-2');
    await expect(create('key-2', 'ord_2')).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
      rawType: 'idempotency_error',
      statusCode: 400,
    });
    expect(await sessions()).toHaveLength(1);
  });

  test('used for another endpoint is an error', async () => {
    await create('key-3');
    const misused = stripe.customers.create({ email: 'a@b.co' }, { idempotencyKey: 'key-3' });
    await expect(misused).rejects.toMatchObject({ type: 'StripeIdempotencyError' });
  });

  test('of a refused request is free for the corrected one', async () => {
    const wrong = { ...topUp('ord_3'), success_url: 'nowhere' };
    await expect(stripe.checkout.sessions.create(wrong, { idempotencyKey: 'key-4' })).rejects.toMatchObject({
      code: 'url_invalid',
    });
    expect((await create('key-4', 'ord_3')).client_reference_id).toBe('ord_3');
  });

  test('is taken while the first request is still being answered', async () => {
    await simulator.control.fault({ kind: 'slow', ms: 300, method: 'POST' });
    const slow = create('key-5');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(create('key-5')).rejects.toMatchObject({
      statusCode: 409,
      code: 'idempotency_key_in_use',
    });
    const { id } = await slow;
    expect((await create('key-5')).id).toBe(id);
  });

  test('makes one session of ten requests at once', async () => {
    const retrying = sdk(simulator.url, { maxNetworkRetries: 5 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => create('key-6', 'ord_6', retrying)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await sessions()).toHaveLength(1);
  });
});

describe('when the network or Stripe fails', () => {
  test('an error before the effect leaves nothing behind', async () => {
    await simulator.control.fault({ kind: 'error_before', path: '/v1/checkout/sessions' });
    await expect(create('key-7')).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 500 });
    expect(await sessions()).toHaveLength(0);
    await create('key-7');
    expect(await sessions()).toHaveLength(1);
  });

  test('an error after the effect is healed by the same key', async () => {
    await simulator.control.fault({ kind: 'error_after', method: 'POST' });
    await expect(create('key-8')).rejects.toMatchObject({ statusCode: 500 });
    const [made] = await sessions();
    expect((await create('key-8')).id).toBe(made?.id);
    expect(await sessions()).toHaveLength(1);
  });

  test('a saved 500 comes back for ever, as the documentation says', async () => {
    await simulator.control.fault({ kind: 'error_after', replay: 'error' });
    await expect(create('key-9')).rejects.toMatchObject({ statusCode: 500 });
    await expect(create('key-9')).rejects.toMatchObject({ statusCode: 500 });
    expect(await sessions()).toHaveLength(1);
  });

  test('a connection that hangs after the effect times out, and the key finds the session', async () => {
    await simulator.control.fault({ kind: 'hang_after', times: null });
    const impatient = sdk(simulator.url, { maxNetworkRetries: 0, timeout: 200 });
    await expect(create('key-10', 'ord_10', impatient)).rejects.toMatchObject({
      type: 'StripeConnectionError',
    });
    const [made] = await sessions();
    await simulator.control.clearFaults();
    expect((await create('key-10', 'ord_10')).id).toBe(made?.id);
    expect(await sessions()).toHaveLength(1);
  });

  test('a cut connection is retried by the SDK itself, to one session', async () => {
    await simulator.control.fault({ kind: 'cut_after', method: 'POST' });
    const session = await create('key-11');
    expect(await sessions()).toMatchObject([{ id: session.id }]);
  });

  test('a fault for one route leaves the others alone', async () => {
    await simulator.control.fault({ kind: 'error_before', path: '/v1/refunds*', times: null, status: 503 });
    await create('key-12');
    await expect(stripe.refunds.list()).rejects.toMatchObject({ statusCode: 503 });
    await expect(stripe.refunds.retrieve('re_1')).rejects.toMatchObject({ statusCode: 503 });
  });

  test('too many requests answer 429 as Stripe does', async () => {
    await simulator.control.fault({ kind: 'error_before', status: 429 });
    await expect(create('key-13')).rejects.toMatchObject({ type: 'StripeRateLimitError' });
  });
});

describe('the key of the account', () => {
  test('lets in as Bearer and as user name of Basic', async () => {
    const basic = Buffer.from(`${secretKey}:`).toString('base64');
    for (const authorization of [`Bearer ${secretKey}`, `Basic ${basic}`]) {
      const response = await fetch(`${simulator.url}/v1/events`, { headers: { authorization } });
      expect([response.status, await response.json()]).toEqual([
        200,
        { object: 'list', data: [], has_more: false, url: '/v1/events' },
      ]);
    }
  });

  test('is refused in the shape of Stripe when it is wrong or absent, on every path', async () => {
    for (const headers of [{}, { authorization: 'Bearer sk_test_wrong' }]) {
      for (const path of ['/v1/events', '/v1/nothing']) {
        const response = await fetch(`${simulator.url}${path}`, { headers });
        expect(response.status).toBe(401);
        expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
      }
    }
  });

  test('opens no path that does not exist', async () => {
    await expect(stripe.products.list()).rejects.toMatchObject({
      statusCode: 404,
      message: expect.stringContaining('GET: /v1/products'),
    });
  });
});
