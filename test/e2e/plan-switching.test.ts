import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SwitchQuoteView } from '../../api/schemas/plan-orders.ts';
import { getSubscription, payOrder, post, subscriber } from '../support/plan-api.ts';
import { drift, makeSandbox, moveTo } from '../support/subscriptions.ts';
import {
  type Customer,
  checkoutOf,
  startTopUpStack,
  type TopUpStack,
  untilStatus,
} from '../support/top-ups.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

async function quoteOf({ cookie }: Customer, planId: string): Promise<SwitchQuoteView> {
  const { status, body } = await stack.api.request('GET', `/api/plan-switches/quote?plan_id=${planId}`, {
    cookie,
  });
  expect(status).toBe(200);
  return body;
}

async function wallet({ cookie }: Customer): Promise<string> {
  const { body } = await stack.api.request('GET', '/api/balance', { cookie });
  return body.pools.find(({ pool }: any) => pool === 'wallet').available_usd;
}

const switchTo = (customer: Customer, body: object, key?: string) =>
  post(stack, customer, '/api/plan-switches', body, key);

const call = ({ cookie }: Customer, method: string, path: string) =>
  stack.api.request(method, path, { cookie });

async function moveIntoNextPeriod(customer: Customer): Promise<void> {
  const { subscription } = await getSubscription(stack, customer);
  const end = Date.parse(subscription?.period_end ?? '');
  await moveTo(stack, customer.accountId, new Date(end + 3_600_000));
}

describe('switching now', () => {
  it('credits what the quote said once the new plan is paid', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    const quote = await quoteOf(customer, 'premium');
    expect(quote).toMatchObject({ decided_by: 'floor', credit_usd: '9.00', recommended: 'now' });
    const request = { plan_id: 'premium', when: 'now', quote_credit_usd: quote.credit_usd };
    const { status, body } = await switchTo(customer, request);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      scheduled: null,
      order: { kind: 'switch', amount_usd: '25.00', title: 'Switch to the Premium plan, one month' },
    });
    const order = await payOrder(stack, customer, body.order.id);
    expect(order.fulfilled_as).toBe('switch');
    expect(await getSubscription(stack, customer)).toMatchObject({
      plan: { id: 'premium' },
      subscription: { period_index: 0, paid_usd: '25.00' },
      pools: [{ left_credits: '3000' }, { left_credits: '7500' }],
    });
    expect(await wallet(customer)).toBe('9.00');
    expect(await drift(stack.database.db)).toEqual([]);
  });

  it('changes nothing where the page is left, and can be tried again', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    const before = await getSubscription(stack, customer);
    const request = { plan_id: 'premium', when: 'now', quote_credit_usd: '9.00' };
    const { body } = await switchTo(customer, request);
    await stack.simulator.control.expire(await checkoutOf(stack, body.order.id));
    await untilStatus(stack, customer, body.order.id, 'expired');
    expect(await getSubscription(stack, customer)).toEqual(before);
    expect(await wallet(customer)).toBe('0.00');
    const again = await switchTo(customer, request);
    await payOrder(stack, customer, again.body.order.id);
    expect(await wallet(customer)).toBe('9.00');
  });

  it('is one order of one click, and still that order when it is done', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    const request = { plan_id: 'pro', when: 'now', quote_credit_usd: '9.00' };
    const key = randomUUID();
    const answers = await Promise.all([switchTo(customer, request, key), switchTo(customer, request, key)]);
    const [{ body }] = answers as [(typeof answers)[0], (typeof answers)[0]];
    expect(answers.map((answer) => answer.body.order.id)).toEqual([body.order.id, body.order.id]);
    await payOrder(stack, customer, body.order.id);
    expect((await switchTo(customer, request, key)).body.order).toMatchObject({ fulfilled_as: 'switch' });
    const fresh = await switchTo(customer, request);
    expect([fresh.status, fresh.body.error.code]).toEqual([409, 'plan_already_running']);
  });

  it('goes from a pass to a plan, and pays back passes that never began', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter', kind: 'pass' });
    const more = await post(stack, customer, '/api/plan-orders', { plan_id: 'starter', kind: 'pass' });
    await payOrder(stack, customer, more.body.id);
    const quote = await quoteOf(customer, 'premium');
    expect(quote).toMatchObject({ credit_usd: '9.00', paid_ahead_credit_usd: '10.00' });
    const { body } = await switchTo(customer, {
      plan_id: 'premium',
      when: 'now',
      quote_credit_usd: quote.credit_usd,
    });
    await payOrder(stack, customer, body.order.id);
    expect(await wallet(customer)).toBe('19.00');
    expect(await getSubscription(stack, customer)).toMatchObject({
      subscription: { kind: 'renewing' },
      plan: { id: 'premium' },
      paid_ahead: [],
    });
    expect(await drift(stack.database.db)).toEqual([]);
  });
});

describe('switching at the period’s end', () => {
  it('pays and loses nothing: the next period is the other plan’s', async () => {
    const customer = await subscriber(stack, { plan_id: 'premium' });
    await makeSandbox(stack.database.db, customer.accountId);
    const scheduled = await switchTo(customer, { plan_id: 'starter', when: 'period_end' });
    const { subscription } = await getSubscription(stack, customer);
    expect(scheduled).toMatchObject({
      status: 201,
      body: { order: null, scheduled: { plan_id: 'starter', at: subscription?.period_end } },
    });
    const { body: offer } = await call(customer, 'GET', '/api/plans');
    expect(offer).toMatchObject({ current_plan_id: 'premium', scheduled_plan_id: 'starter' });
    await moveIntoNextPeriod(customer);
    expect(await getSubscription(stack, customer)).toMatchObject({
      plan: { id: 'starter' },
      subscription: { period_index: 1, paid_usd: '10.00' },
      scheduled_switch: null,
      pools: [{ left_credits: '1200' }, { left_credits: '3000' }],
    });
    expect(await drift(stack.database.db)).toEqual([]);
  }, 60_000);

  it('can be taken back, as often as it is sent', async () => {
    const customer = await subscriber(stack, { plan_id: 'premium' });
    await switchTo(customer, { plan_id: 'starter', when: 'period_end' });
    const takeBack = () => call(customer, 'DELETE', '/api/plan-switches/scheduled');
    expect((await takeBack()).status).toBe(204);
    expect((await takeBack()).status).toBe(204);
    expect(await getSubscription(stack, customer)).toMatchObject({
      scheduled_switch: null,
      next_renewal: { plan_id: 'premium' },
    });
  });
});

describe('cancelling', () => {
  it('makes the paid period the last one, and can be taken back until then', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    const cancel = () => call(customer, 'POST', '/api/subscription/cancel');
    const [first, second] = await Promise.all([cancel(), cancel()]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.body).toMatchObject({
      subscription: { cancelled_at: expect.any(String), has_benefits: true },
      next_renewal: null,
    });
    expect(first.body.subscription.ends_at).toBe(first.body.subscription.period_end);
    const resumed = await call(customer, 'POST', '/api/subscription/resume');
    expect(resumed).toMatchObject({
      status: 200,
      body: { subscription: { cancelled_at: null, ends_at: null }, next_renewal: { plan_id: 'starter' } },
    });
  });

  it('ends the plan with its period: the account is Free, and can buy again', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    await makeSandbox(stack.database.db, customer.accountId);
    await call(customer, 'POST', '/api/subscription/cancel');
    await moveIntoNextPeriod(customer);
    expect(await getSubscription(stack, customer)).toMatchObject({
      subscription: null,
      plan: { id: 'free' },
    });
    for (const act of ['cancel', 'resume']) {
      const answer = await call(customer, 'POST', `/api/subscription/${act}`);
      expect([answer.status, answer.body.error.code]).toEqual([409, 'no_live_plan']);
    }
    const again = await post(stack, customer, '/api/plan-orders', { plan_id: 'starter' });
    expect((await payOrder(stack, customer, again.body.id)).fulfilled_as).toBe('activate');
    expect(await drift(stack.database.db)).toEqual([]);
  }, 60_000);

  it('is nothing for a pass, and says why', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter', kind: 'pass' });
    const answer = await call(customer, 'POST', '/api/subscription/cancel');
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
    expect(answer.body.error.message).toContain('pass');
  });
});
