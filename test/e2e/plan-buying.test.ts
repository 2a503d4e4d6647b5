import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findOrder } from '../../db/orders.ts';
import { startTestApi } from '../support/api.ts';
import { getSubscription, payOrder, post, subscriber } from '../support/plan-api.ts';
import { drift, makeSandbox, moveTo, untilOrder } from '../support/subscriptions.ts';
import { checkoutOf, getTopUp, startTopUpStack, type TopUpStack, untilStatus } from '../support/top-ups.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const DAY_MS = 24 * 3_600_000;

async function countOrders(accountId: string): Promise<number> {
  const { rows } = await stack.database.db.raw(
    'select count(*)::integer as n from orders where account_id = ?',
    [accountId],
  );
  return rows[0].n;
}

describe('buying a plan', () => {
  it('goes from the button to a plan that renews from the saved card', async () => {
    const customer = await stack.api.customer();
    const ordered = await post(stack, customer, '/api/plan-orders', { plan_id: 'premium' });
    expect(ordered).toMatchObject({
      status: 201,
      body: {
        kind: 'plan',
        title: 'Premium plan, one month',
        status: 'link_issued',
        amount_usd: '25.00',
        fulfilled_as: null,
      },
    });
    expect(ordered.body.checkout_url).toMatch(/^http/);

    const order = await payOrder(stack, customer, ordered.body.id);
    expect(order).toMatchObject({ fulfilled_as: 'activate', checkout_url: null });
    expect(await getSubscription(stack, customer)).toMatchObject({
      subscription: { kind: 'renewing', status: 'active', period_index: 0, ends_at: null },
      plan: { id: 'premium' },
      pools: [
        { pool: 'main', granted_credits: '3000', left_credits: '3000' },
        { pool: 'backup', granted_credits: '7500', left_credits: '7500' },
      ],
      next_renewal: { price_usd: '25.00', payment: { by: 'card', card: { last4: '4242' } } },
      payment_due: null,
    });
    const { body: offer } = await stack.api.request('GET', '/api/plans', { cookie: customer.cookie });
    expect(offer.current_plan_id).toBe('premium');
    expect(await drift(stack.database.db)).toEqual([]);
  });

  it('changes nothing where the page is left, closed or declined', async () => {
    const customer = await stack.api.customer();
    const { body: order } = await post(stack, customer, '/api/plan-orders', { plan_id: 'pro' });
    await stack.simulator.control.decline(await checkoutOf(stack, order.id));
    expect(await getSubscription(stack, customer)).toMatchObject({
      subscription: null,
      plan: { id: 'free' },
    });
    const cancelled = await post(stack, customer, `/api/top-ups/${order.id}/cancel`, undefined);
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled', fulfilled_as: null } });
    expect(await getSubscription(stack, customer)).toMatchObject({ subscription: null, pools: [] });
    const { body } = await stack.api.request('GET', '/api/subscription/periods', { cookie: customer.cookie });
    expect(body.items).toEqual([]);
  });

  it('makes one order of one click, however often it is sent', async () => {
    const customer = await stack.api.customer();
    const key = randomUUID();
    const send = () => post(stack, customer, '/api/plan-orders', { plan_id: 'starter' }, key);
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.checkout_url)).size).toBe(1);
    expect(await countOrders(customer.accountId)).toBe(1);

    const order = await payOrder(stack, customer, answers[0].body.id);
    // The plan is running by now: a repeat is still the order that bought it, not a refusal.
    expect((await send()).body).toMatchObject({ id: order.id, status: 'credited', fulfilled_as: 'activate' });
    const other = await post(stack, customer, '/api/plan-orders', { plan_id: 'pro' }, key);
    expect([other.status, other.body.error.code]).toEqual([409, 'idempotency_key_reused']);
    const topUp = await post(stack, customer, '/api/top-ups', { amount_usd: '10.00' }, key);
    expect([topUp.status, topUp.body.error.code]).toEqual([409, 'idempotency_key_reused']);
  });

  it('of two orders of two clicks makes one plan; what was paid twice is in the wallet', async () => {
    const customer = await stack.api.customer();
    const orders = await Promise.all(
      [1, 2].map(() => post(stack, customer, '/api/plan-orders', { plan_id: 'starter' })),
    );
    const ids = orders.map(({ body }) => body.id);
    for (const id of ids) await stack.simulator.control.pay(await checkoutOf(stack, id));
    const paid = await Promise.all(ids.map((id) => untilStatus(stack, customer, id, 'credited')));
    expect(paid.map(({ fulfilled_as }) => fulfilled_as).sort()).toEqual(['activate', 'wallet']);
    const { body: balance } = await stack.api.request('GET', '/api/balance', { cookie: customer.cookie });
    expect(balance.pools.find(({ pool }: any) => pool === 'wallet').available_usd).toBe('10.00');
    expect(await drift(stack.database.db)).toEqual([]);
  });

  it('keeps no card where the customer wants none: the next month is paid by hand', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter', method: 'card_once' });
    const cards = await stack.api.request('GET', '/api/payment-methods', { cookie: customer.cookie });
    expect(cards.body.items).toEqual([]);
    const { next_renewal } = await getSubscription(stack, customer);
    expect(next_renewal?.payment).toMatchObject({ by: 'hand', card: null });
  });

  it('is renewed by the provider itself where the deployment says so, but a pass is not', async () => {
    const { deps, customer: newCustomer } = stack.api;
    const { DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET } =
      deps.config;
    const api = await startTestApi({
      databaseUrl: DATABASE_URL,
      temporalAddress: TEMPORAL_ADDRESS,
      environment: {
        STRIPE_RENEWALS: 'provider_run',
        TEMPORAL_NAMESPACE,
        STRIPE_SECRET_KEY,
        STRIPE_WEBHOOK_SECRET,
      },
    });
    const customer = await newCustomer();
    const renewals: unknown[] = [];
    for (const body of [{}, { method: 'card_once' }, { kind: 'pass' }]) {
      const ordered = await post({ api }, customer, '/api/plan-orders', { plan_id: 'starter', ...body });
      renewals.push((await findOrder(stack.database.db, ordered.body.id))?.renewal);
    }
    await api.stop();
    expect(renewals).toEqual(['provider_run', 'invoice', 'invoice']);
  });

  it('is listed with the other orders, and is nobody else’s', async () => {
    const customer = await stack.api.customer();
    const other = await stack.api.customer();
    await post(stack, customer, '/api/top-ups', { amount_usd: '5.00' });
    const { body: order } = await post(stack, customer, '/api/plan-orders', {
      plan_id: 'starter',
      kind: 'pass',
    });
    const { body: list } = await stack.api.request('GET', '/api/top-ups', { cookie: customer.cookie });
    expect(list.items.map(({ kind, title }: any) => [kind, title])).toEqual([
      ['pass', 'Starter pass, 30 days'],
      ['top_up', 'Balance of $5.00'],
    ]);
    await expect(getTopUp(stack, other, order.id)).rejects.toThrow('404');
  });
});

describe('a pass', () => {
  it('is paid once, has an end, and is appended to when it is bought again', async () => {
    const customer = await subscriber(stack, { plan_id: 'premium', kind: 'pass' });
    const first = await getSubscription(stack, customer);
    expect(first).toMatchObject({ subscription: { kind: 'pass' }, next_renewal: null });
    expect(first.subscription?.ends_at).toBe(first.subscription?.period_end);

    const again = await post(stack, customer, '/api/plan-orders', { plan_id: 'premium', kind: 'pass' });
    const order = await payOrder(stack, customer, again.body.id);
    expect(order.fulfilled_as).toBe('append');
    const view = await getSubscription(stack, customer);
    expect(view).toMatchObject({
      subscription: { period_index: 0, ends_at: null },
      next_renewal: { paid_ahead: true, payment: { by: 'nothing' } },
      paid_ahead: [{ period_index: 1, starts_at: first.subscription?.period_end }],
    });
  });
});

describe('a month that is paid by hand', () => {
  it('is reminded of, paid on a page, and goes on from the card that was left', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter', method: 'card_once' });
    await makeSandbox(stack.database.db, customer.accountId);
    const { subscription } = await getSubscription(stack, customer);
    const end = Date.parse(subscription?.period_end ?? '');
    await moveTo(stack, customer.accountId, new Date(end - 2 * DAY_MS));
    const due = await getSubscription(stack, customer);
    expect(due).toMatchObject({
      subscription: { status: 'active' },
      payment_due: { period_index: 1, amount_usd: '10.00', reason: 'awaiting_payment', can_pay_now: true },
    });

    const key = randomUUID();
    const paying = await post(stack, customer, '/api/subscription/pay', {}, key);
    expect(paying).toMatchObject({
      status: 201,
      body: { kind: 'renewal', title: 'Starter plan, renewal for one month' },
    });
    const order = await payOrder(stack, customer, paying.body.id);
    expect(order.fulfilled_as).toBe('renew');
    expect(await getSubscription(stack, customer)).toMatchObject({
      subscription: { period_index: 0 },
      payment_due: null,
      next_renewal: { paid_ahead: true },
    });
    expect((await post(stack, customer, '/api/subscription/pay', {}, key)).body.id).toBe(order.id);
    const twice = await post(stack, customer, '/api/subscription/pay', {});
    expect([twice.status, twice.body.error.code]).toEqual([409, 'nothing_to_pay']);

    await moveTo(stack, customer.accountId, new Date(end + DAY_MS));
    expect(await getSubscription(stack, customer)).toMatchObject({
      subscription: { period_index: 1, status: 'active' },
      next_renewal: { payment: { by: 'card', card: { last4: '4242' } } },
    });
    await untilOrder(stack.database.db, order.id, ({ status }) => status === 'credited');
    expect(await drift(stack.database.db)).toEqual([]);
  }, 60_000);

  it('of a declined card is paid at once', async () => {
    const customer = await stack.api.customer();
    const { body: order } = await post(stack, customer, '/api/plan-orders', { plan_id: 'starter' });
    await payOrder(stack, customer, order.id);
    await makeSandbox(stack.database.db, customer.accountId);
    const { rows } = await stack.database.db.raw(
      'select method_ref from payment_methods where account_id = ?',
      [customer.accountId],
    );
    await stack.simulator.control.cardAnswers(rows[0].method_ref, 'insufficient_funds');
    const { subscription } = await getSubscription(stack, customer);
    await moveTo(stack, customer.accountId, new Date(Date.parse(subscription?.period_end ?? '') + 3_600_000));
    expect(await getSubscription(stack, customer)).toMatchObject({
      subscription: { status: 'past_due', has_benefits: true },
      payment_due: { reason: 'declined', can_pay_now: true, next_attempt_at: expect.any(String) },
    });
    const { body: paying } = await post(stack, customer, '/api/subscription/pay', {});
    await payOrder(stack, customer, paying.id);
    expect(await getSubscription(stack, customer)).toMatchObject({
      subscription: { status: 'active', period_index: 1 },
      payment_due: null,
    });
    const { body: history } = await stack.api.request('GET', '/api/subscription/periods', {
      cookie: customer.cookie,
    });
    expect(history.items[0]).toMatchObject({
      period_index: 1,
      status: 'granted',
      paid_by: 'order',
      paid_ref: paying.id,
      charges: [{ status: 'declined', amount_usd: '10.00' }],
    });
    expect(await drift(stack.database.db)).toEqual([]);
  }, 60_000);
});
