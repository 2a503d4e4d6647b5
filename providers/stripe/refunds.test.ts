import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type StripeSimulator, startStripeSimulator } from '../../simulators/stripe/start.ts';
import { sdk } from '../../simulators/stripe/test-support.ts';
import type { RefundInput } from '../refunds.ts';
import { adapterFor, checkoutOf, factsOf, secretKey } from './test-support.ts';

let simulator: StripeSimulator;
let provider: ReturnType<typeof adapterFor>;

beforeAll(async () => {
  simulator = await startStripeSimulator({ secretKey });
  provider = adapterFor(simulator);
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

/** A refund of a payment of $20. */
async function refundOf(changes: Partial<RefundInput> = {}, monthly = false): Promise<RefundInput> {
  const { checkoutRef } = await provider.createCheckout(checkoutOf({ monthly }));
  await simulator.control.pay(checkoutRef);
  const { paymentRef } = await provider.fetchPayment(checkoutRef);
  return {
    refundId: randomUUID(),
    paymentRef: paymentRef ?? '',
    currency: 'USD',
    amountMinor: 1250n,
    reason: 'requested_by_customer',
    requestedAt: new Date(),
    ...changes,
  };
}

const refunds = () => provider.refunds;
const made = () => sdk(simulator.url, {}, secretKey).refunds.list();
const unavailable = { code: 'provider_unavailable' };

describe('a refund', () => {
  it('is told alike by answer, by question and by event', async () => {
    const input = await refundOf();
    const fact = await refunds().refund(input);
    expect(fact).toEqual({
      provider: 'stripe',
      refundId: input.refundId,
      refundRef: expect.stringMatching(/^re_/),
      status: 'succeeded',
      failureCode: undefined,
      currency: 'USD',
      amountMinor: 1250n,
      live: false,
    });
    expect(await refunds().findRefund(input)).toEqual(fact);
    expect(await factsOf(provider, simulator, 'refund.created')).toEqual([{ kind: 'refund', refund: fact }]);
    expect((await made()).data).toMatchObject([{ amount: 1250, reason: 'requested_by_customer' }]);
  });

  it('that is sent twice is made once', async () => {
    const input = await refundOf();
    const first = await refunds().refund(input);
    expect(await refunds().refund(input)).toEqual(first);
    expect((await made()).data).toHaveLength(1);
  });

  it('of a period that the provider charged by itself goes to the payment of its invoice', async () => {
    const input = await refundOf({}, true);
    expect(input.paymentRef).toMatch(/^in_/);
    const fact = await refunds().refund(input);
    expect(fact).toMatchObject({ status: 'succeeded', amountMinor: 1250n });
    expect(await refunds().findRefund(input)).toEqual(fact);
  });

  it('that is on its way arrives, and can come back after that', async () => {
    const input = await refundOf();
    await simulator.control.fault({ kind: 'refund_pending' });
    const { refundRef = '', status } = await refunds().refund(input);
    expect(status).toBe('pending');
    await simulator.control.succeedRefund(refundRef);
    expect(await refunds().findRefund(input)).toMatchObject({ status: 'succeeded' });
    await simulator.control.failRefund(refundRef);
    const failed = { status: 'failed', failureCode: 'lost_or_stolen_card' };
    expect(await refunds().findRefund(input)).toMatchObject(failed);
    const updates = await factsOf(provider, simulator, 'refund.updated');
    expect(updates).toMatchObject([{ refund: { status: 'succeeded' } }, { refund: failed }]);
    expect(await factsOf(provider, simulator, 'refund.failed')).toMatchObject([{ refund: failed }]);
  });
});

describe('a refund whose answer is lost', () => {
  it.each(['cut_after', 'error_after'] as const)('%s is unknown, and found when asked', async (kind) => {
    const input = await refundOf();
    await simulator.control.fault({ kind, path: '/v1/refunds', method: 'POST', times: 2 });
    await expect(refunds().refund(input)).rejects.toMatchObject(unavailable);
    expect(await refunds().findRefund(input)).toMatchObject({ status: 'succeeded', amountMinor: 1250n });
    expect((await made()).data).toHaveLength(1);
  });

  it('is not there where the request never arrived', async () => {
    const input = await refundOf();
    await simulator.control.fault({ kind: 'error_before', path: '/v1/refunds', method: 'POST' });
    await expect(refunds().refund(input)).rejects.toMatchObject(unavailable);
    expect(await refunds().findRefund(input)).toBeUndefined();
  });

  it('is not known while nobody answers', async () => {
    const input = await refundOf();
    await simulator.control.fault({ kind: 'error_before', path: '/v1/refunds', method: 'GET' });
    await expect(refunds().findRefund(input)).rejects.toMatchObject(unavailable);
  });

  it('is looked up where its id was used for another amount', async () => {
    const input = await refundOf();
    await refunds().refund(input);
    await expect(refunds().refund({ ...input, amountMinor: 1n })).rejects.toMatchObject(unavailable);
    expect((await made()).data).toHaveLength(1);
  });
});

describe('a refund that Stripe refuses', () => {
  it('is refused where less is left of the payment', async () => {
    const input = await refundOf();
    expect(await refunds().refund({ ...input, amountMinor: 2001n })).toMatchObject({
      refundId: input.refundId,
      refundRef: undefined,
      status: 'refused',
      failureCode: 'amount',
    });
  });

  it('is refused where the payment was paid back already', async () => {
    const input = await refundOf();
    await refunds().refund({ ...input, refundId: randomUUID(), amountMinor: 2000n });
    expect(await refunds().refund(input)).toMatchObject({
      status: 'refused',
      failureCode: 'charge_already_refunded',
    });
  });

  it('is refused where the bank took the money', async () => {
    const input = await refundOf();
    const stripe = sdk(simulator.url, {}, secretKey);
    const intent = await stripe.paymentIntents.retrieve(input.paymentRef);
    await simulator.control.dispute(String(intent.latest_charge));
    expect(await refunds().refund(input)).toMatchObject({
      status: 'refused',
      failureCode: 'charge_disputed',
    });
  });

  it('has failed where Stripe does not know the payment', async () => {
    const input = await refundOf({ paymentRef: 'pi_nobody' });
    expect(await refunds().findRefund(input)).toBeUndefined();
    expect(await refunds().refund(input)).toMatchObject({
      status: 'failed',
      failureCode: 'resource_missing',
    });
  });
});

it('a refund that somebody makes at Stripe says nothing about one of ours', async () => {
  const input = await refundOf();
  await sdk(simulator.url, {}, secretKey).refunds.create({ payment_intent: input.paymentRef });
  expect(await factsOf(provider, simulator, 'refund.created')).toEqual([undefined]);
  expect(await refunds().findRefund(input)).toBeUndefined();
});
