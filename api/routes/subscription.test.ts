import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { calendarSpan } from '../../billing/calendar.ts';
import { savePaymentMethod } from '../../db/payment-methods.ts';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { givePlan, oweNextPeriod } from '../../test/support/plan-rows.ts';

let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await testDatabase();
  const environment = { STRIPE_SECRET_KEY: 'sk_test_x', STRIPE_WEBHOOK_SECRET: 'whsec_x' };
  api = await startTestApi({ databaseUrl: database.url, environment });
});
afterAll(async () => {
  await api.stop();
  await database.drop();
});

const DAY_MS = 24 * 3_600_000;

async function view(cookie: string): Promise<any> {
  const { status, body } = await api.request('GET', '/api/subscription', { cookie });
  expect(status).toBe(200);
  return body;
}

const saveCard = (accountId: string) =>
  database.db.transaction((trx) =>
    savePaymentMethod(trx, {
      accountId,
      provider: 'stripe',
      customerRef: 'cus_1',
      methodRef: `pm_${accountId}`,
      brand: 'visa',
      last4: '4242',
      expiresMonth: 1,
      expiresYear: 2030,
    }),
  );

describe('an account without a plan', () => {
  it('is Free: requests a day, nothing to renew', async () => {
    const { accountId, cookie } = await api.customer();
    const { startMs, endMs } = calendarSpan('day', 'UTC', Date.now());
    await database.db.raw(
      "insert into spend_windows (account_id, scope, subject, starts_at, used) values (?, 'daily_requests', ?, ?, 7)",
      [accountId, accountId, new Date(startMs)],
    );
    expect(await view(cookie)).toMatchObject({
      subscription: null,
      plan: { id: 'free', model_access: 'free' },
      pools: [],
      caps: [
        {
          cap: 'daily_requests',
          unit: 'requests',
          limit: '1000',
          used: '7',
          held: '0',
          resets_at: new Date(endMs).toISOString(),
        },
      ],
      next_renewal: null,
      payment_due: null,
      sandbox: null,
    });
  });
});

describe('an account with a plan', () => {
  it('sees its pools, caps with their resets, and what the next renewal grants', async () => {
    const { accountId, cookie } = await api.customer();
    await saveCard(accountId);
    const id = await givePlan(database.db, accountId, { planId: 'premium', daysAgo: 8 });
    const { rows } = await database.db.raw('select period_start as start from subscriptions where id = ?', [
      id,
    ]);
    const start = rows[0].start.getTime();
    for (const [scope, startsAt, used, held] of [
      ['weekly_cap', start + 7 * DAY_MS, 2_000_000_000n, 5_000_000n],
      ['plan_budget', start, 1_500_000_000n, 0n],
    ] as const)
      await database.db.raw(
        'insert into spend_windows (account_id, scope, subject, starts_at, used, held) values (?, ?, ?, ?, ?, ?)',
        [accountId, scope, id, new Date(startsAt), String(used), String(held)],
      );
    const body = await view(cookie);
    expect(body.subscription).toMatchObject({
      kind: 'renewing',
      status: 'active',
      has_benefits: true,
      paid_usd: '25.00',
      period_index: 0,
      ends_at: null,
    });
    expect(body.pools).toEqual([
      { pool: 'main', granted_credits: '3000', left_credits: '3000', held_credits: '0' },
      { pool: 'backup', granted_credits: '7500', left_credits: '7500', held_credits: '0' },
    ]);
    const end = new Date(start + 30 * DAY_MS).toISOString();
    expect(body.caps).toMatchObject([
      { cap: 'daily', unit: 'credits', limit: '250', used: '0' },
      {
        cap: 'weekly',
        limit: '750',
        used: '200',
        held: '0.5',
        resets_at: new Date(start + 14 * DAY_MS).toISOString(),
      },
      { cap: 'budget', unit: 'usd', limit: '250.00', used: '1.50', resets_at: end },
    ]);
    expect(body.next_renewal).toMatchObject({
      at: end,
      plan_id: 'premium',
      price_usd: '25.00',
      base_credits: '2500',
      bonus_credits: '500',
      backup_credits: '7500',
      payment: { by: 'card', card: { brand: 'visa', last4: '4242' } },
    });
  });

  it('sees when it ends once it is cancelled, and the plan that follows where one is scheduled', async () => {
    const cancelled = await api.customer();
    await givePlan(database.db, cancelled.accountId, { planId: 'pro', cancelled: true });
    const body = await view(cancelled.cookie);
    expect(body.subscription.ends_at).toBe(body.subscription.period_end);
    expect(body.next_renewal).toBeNull();

    const scheduled = await api.customer();
    await givePlan(database.db, scheduled.accountId, { planId: 'pro', nextPlanId: 'starter' });
    expect(await view(scheduled.cookie)).toMatchObject({
      scheduled_switch: { plan_id: 'starter', plan_name: 'Starter' },
      next_renewal: { plan_id: 'starter', price_usd: '10.00', payment: { by: 'hand' } },
    });
  });

  it('is told what it owes, until when its plan goes on, and that it can pay', async () => {
    const { accountId, cookie } = await api.customer();
    const id = await givePlan(database.db, accountId, { planId: 'starter', renewal: 'invoice', daysAgo: 31 });
    await oweNextPeriod(database.db, accountId, id);
    await database.db.raw("update subscriptions set status = 'past_due' where id = ?", [id]);
    const { payment_due: due, subscription } = await view(cookie);
    expect(subscription).toMatchObject({ status: 'past_due', has_benefits: true });
    expect(due).toMatchObject({
      amount_usd: '10.00',
      reason: 'awaiting_payment',
      next_attempt_at: null,
      can_pay_now: true,
    });
    expect(due.message).toContain('$10.00');
    expect(Date.parse(due.benefits_until) - Date.parse(subscription.period_end)).toBe(3 * DAY_MS);
  });

  it('has the limits of Free after the grace, and can still pay', async () => {
    const { accountId, cookie } = await api.customer();
    const id = await givePlan(database.db, accountId, { planId: 'starter', renewal: 'pull', daysAgo: 34 });
    await oweNextPeriod(database.db, accountId, id);
    await database.db.raw("update subscriptions set status = 'past_due' where id = ?", [id]);
    const body = await view(cookie);
    expect(body).toMatchObject({
      subscription: { has_benefits: false },
      plan: { id: 'starter' },
      caps: [{ cap: 'daily_requests', limit: '1000' }],
      payment_due: { can_pay_now: true, message: expect.stringContaining('has rested since') },
    });
    expect(body.pools[0]).toMatchObject({ pool: 'main', left_credits: '0' });
  });

  it('cannot pay while nobody knows whether a charge went through', async () => {
    const { accountId, cookie } = await api.customer();
    const card = await saveCard(accountId);
    const id = await givePlan(database.db, accountId, { planId: 'starter', daysAgo: 31 });
    await oweNextPeriod(database.db, accountId, id);
    await database.db.raw(
      `insert into charges (id, account_id, subscription_id, period_index, attempt, provider, payment_method_id, currency,
         amount_minor, due_at) values (?, ?, ?, 1, 0, 'stripe', ?, 'USD', 1000, now())`,
      [uuidv7(), accountId, id, card],
    );
    expect((await view(cookie)).payment_due).toMatchObject({ reason: 'charge_unknown', can_pay_now: false });
    const paid = await api.request('POST', '/api/subscription/pay', {
      cookie,
      body: {},
      headers: { 'idempotency-key': 'k' },
    });
    expect([paid.status, paid.body.error.code]).toEqual([409, 'nothing_to_pay']);
  });

  it('lives in its own time where it is a sandbox', async () => {
    const { accountId, cookie } = await api.customer();
    await givePlan(database.db, accountId, { planId: 'starter', kind: 'pass' });
    await database.db.raw('update accounts set sandbox = true, clock_offset_ms = ? where id = ?', [
      31 * DAY_MS,
      accountId,
    ]);
    const body = await view(cookie);
    expect(body).toMatchObject({ subscription: null, plan: { id: 'free' } });
    expect(Date.parse(body.sandbox.now) - Date.now()).toBeGreaterThan(30.9 * DAY_MS);
  });
});

describe('the history of renewals', () => {
  it('holds each period with how it was paid and its charges, and nobody else’s', async () => {
    const { accountId, cookie } = await api.customer();
    const other = await api.customer();
    const id = await givePlan(database.db, accountId, { planId: 'premium', daysAgo: 31 });
    await oweNextPeriod(database.db, accountId, id);
    const { body } = await api.request('GET', '/api/subscription/periods', { cookie });
    expect(body.items).toMatchObject([
      { period_index: 1, plan_name: 'Premium', status: 'due', reason: 'awaiting_payment', charges: [] },
      {
        period_index: 0,
        status: 'granted',
        price_usd: '25.00',
        paid_by: 'by_hand',
        base_credits: '2500',
        bonus_credits: '500',
        backup_credits: '7500',
      },
    ]);
    const theirs = await api.request('GET', '/api/subscription/periods', { cookie: other.cookie });
    expect(theirs.body.items).toEqual([]);
  });
});

describe('cancelling and resuming', () => {
  it.each(['cancel', 'resume', 'pay'])('%s needs a plan', async (act) => {
    const { cookie } = await api.customer();
    const answer = await api.request('POST', `/api/subscription/${act}`, {
      cookie,
      ...(act === 'pay' && { body: {} }),
      headers: { 'idempotency-key': 'k' },
    });
    expect([answer.status, answer.body.error.code]).toEqual([409, 'no_live_plan']);
  });

  it('says that it could not be done while Temporal is down', async () => {
    const { accountId, cookie } = await api.customer();
    await givePlan(database.db, accountId, { planId: 'starter' });
    const answer = await api.request('POST', '/api/subscription/cancel', { cookie });
    expect([answer.status, answer.body.error.code]).toEqual([503, 'temporal_unavailable']);
  });
});
