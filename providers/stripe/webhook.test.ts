import * as crypto from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { stripeWebhookParser } from './webhook.ts';

const secret = 'whsec_madeup_0123456789abcdef';
const signedAt = 1767225600;
const session = {
  id: 'cs_test_1',
  object: 'checkout.session',
  mode: 'payment',
  status: 'complete',
  payment_status: 'paid',
  amount_total: 1000,
  currency: 'usd',
  livemode: false,
  client_reference_id: 'TG-1',
  metadata: { order_id: 'order-1' },
  payment_intent: 'pi_1',
};
const event = { id: 'evt_1', object: 'event', type: 'checkout.session.completed', data: { object: session } };

function sign(payload: string, options: { secret?: string; timestamp?: number } = {}): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: signedAt, ...options });
}

function parse(payload: string, header: string | undefined, nowSeconds = signedAt) {
  const headers = header === undefined ? {} : { 'stripe-signature': header };
  return stripeWebhookParser(secret, () => nowSeconds * 1000)(Buffer.from(payload), headers);
}

const refused = expect.objectContaining({ code: 'webhook_refused' });

describe('an event of Stripe', () => {
  const body = JSON.stringify(event);

  it('is read when its signature holds', () => {
    expect(parse(body, sign(body))).toMatchObject({
      provider: 'stripe',
      eventId: 'evt_1',
      type: 'checkout.session.completed',
      payload: event,
      fact: {
        kind: 'payment',
        payment: {
          provider: 'stripe',
          checkoutRef: 'cs_test_1',
          paymentRef: 'pi_1',
          orderId: 'order-1',
          orderNumber: 'TG-1',
          status: 'paid',
          currency: 'USD',
          amountMinor: 1000n,
          live: false,
        },
      },
    });
  });

  it('is read by the vector that the wire format was checked with', () => {
    const known =
      '{"id":"evt_test_1","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_test_1","object":"checkout.session","client_reference_id":"ord_1001","amount_total":1000,"currency":"usd","payment_status":"paid"}}}';
    const header = `t=${signedAt},v1=ea8d62dd78c2174d51d86bedc4a639ad6a68ea5619f6ab29909fd88f3ca390f0`;
    // The signature holds, but the session lacks what tells live money from test money.
    expect(() => parse(known, header)).toThrow(/not an event that Tollgate can read/);
    const forged = `t=${signedAt},v1=b11292d4dffc105f500e11fe8fddac8dec2c98f6a8c242954e4c5a8937ae092e`;
    expect(() => parse(known, forged)).toThrow(/signature/);
  });

  it.each<[string, () => unknown]>([
    ['unsigned', () => parse(body, undefined)],
    ['signed with an empty secret', () => parse(body, emptyKeySignature(body))],
    ['signed with another secret', () => parse(body, sign(body, { secret: 'whsec_other' }))],
    ['changed after it was signed', () => parse(body.replace('1000', '9000'), sign(body))],
    ['truncated', () => parse(body.slice(0, -20), sign(body))],
    ['older than five minutes', () => parse(body, sign(body), signedAt + 301)],
    ['signed for a future beyond five minutes', () => parse(body, sign(body), signedAt - 301)],
    ['not JSON', () => parse('hello', sign('hello'))],
    ['not an event', () => parse('{"id":"x"}', sign('{"id":"x"}'))],
  ])('is refused when it is %s', (_, attempt) => {
    expect(attempt).toThrow(refused as unknown as Error);
  });

  it('is accepted within five minutes of drift either way', () => {
    expect(parse(body, sign(body), signedAt + 299).eventId).toBe('evt_1');
    expect(parse(body, sign(body), signedAt - 299).eventId).toBe('evt_1');
  });

  it('says nothing about orders when it is about something else', () => {
    const other = JSON.stringify({
      ...event,
      type: 'customer.created',
      data: { object: { object: 'customer' } },
    });
    expect(parse(other, sign(other)).fact).toBeUndefined();
  });

  it.each([
    ['checkout.session.completed', { payment_status: 'unpaid' }, 'processing'],
    ['checkout.session.async_payment_succeeded', { payment_status: 'paid' }, 'paid'],
    ['checkout.session.async_payment_failed', { payment_status: 'unpaid' }, 'failed'],
    ['checkout.session.expired', { status: 'expired', payment_status: 'unpaid' }, 'expired'],
  ])('of type %s with %p means %s', (type, changes, status) => {
    const changed = JSON.stringify({ ...event, type, data: { object: { ...session, ...changes } } });
    expect(parse(changed, sign(changed)).fact).toMatchObject({ kind: 'payment', payment: { status } });
  });

  it.each([1e30, -1, 1.5, '1000'])('is refused when its amount is %p', (amount) => {
    const changed = JSON.stringify({ ...event, data: { object: { ...session, amount_total: amount } } });
    expect(() => parse(changed, sign(changed))).toThrow(refused as unknown as Error);
  });
});

it('makes no parser without a secret', () => {
  for (const blank of ['', '   ']) expect(() => stripeWebhookParser(blank)).toThrow(/must not be blank/);
});

/** What anybody can compute: the SDK refuses to sign with an empty secret, so it is made by hand. */
function emptyKeySignature(body: string): string {
  const key = crypto.createHmac('sha256', '').update(`${signedAt}.${body}`).digest('hex');
  return `t=${signedAt},v1=${key}`;
}
