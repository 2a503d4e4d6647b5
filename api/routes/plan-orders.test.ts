import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, startTestApi, type TestApi } from '../../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { type GivenPlan, givePlan, oweNextPeriod } from '../../test/support/plan-rows.ts';

let database: TestDatabase;
let api: TestApi;
let live: TestApi;
beforeAll(async () => {
  database = await testDatabase();
  const secrets = { STRIPE_SECRET_KEY: 'sk_test_x', STRIPE_WEBHOOK_SECRET: 'whsec_x' };
  api = await startTestApi({ databaseUrl: database.url, environment: secrets });
  live = await startTestApi({
    databaseUrl: database.url,
    environment: { ...secrets, STRIPE_SECRET_KEY: 'sk_live_x' },
  });
});
afterAll(async () => {
  await Promise.all([api.stop(), live.stop()]);
  await database.drop();
});

type Customer = Awaited<ReturnType<TestApi['customer']>>;

async function customerWith(plan?: GivenPlan): Promise<Customer> {
  const customer = await api.customer();
  if (plan) await givePlan(database.db, customer.accountId, plan);
  return customer;
}

const post = ({ cookie }: Customer, path: string, body: object, at = api): Promise<Answer> =>
  at.request('POST', path, { cookie, body, headers: { 'idempotency-key': 'a-key' } });

const refusal = ({ status, body }: Answer) => [status, body.error?.code];

async function quote({ cookie }: Customer, query: string): Promise<Answer> {
  return api.request('GET', `/api/plan-switches/quote?${query}`, { cookie });
}

describe('an order for a plan is refused', () => {
  it.each<[string, GivenPlan | undefined, object, number, string]>([
    ['of no such plan', undefined, { plan_id: 'gold' }, 400, 'plan_not_available'],
    ['for Free', undefined, { plan_id: 'free' }, 400, 'plan_not_available'],
    ['for a plan that is running', { planId: 'pro' }, { plan_id: 'pro' }, 409, 'plan_already_running'],
    [
      'for one that is cancelled: it is resumed',
      { planId: 'pro', cancelled: true },
      { plan_id: 'pro' },
      409,
      'plan_already_running',
    ],
    ['beside another plan', { planId: 'pro' }, { plan_id: 'ultra' }, 409, 'plan_already_running'],
    [
      'for a pass while a plan renews',
      { planId: 'pro' },
      { plan_id: 'pro', kind: 'pass' },
      409,
      'pass_not_possible',
    ],
    [
      'for another pass than the one that runs',
      { planId: 'pro', kind: 'pass' },
      { plan_id: 'ultra', kind: 'pass' },
      409,
      'plan_already_running',
    ],
    ['by an unknown method', undefined, { plan_id: 'pro', method: 'cash' }, 400, 'invalid_request'],
  ])('%s', async (_, plan, body, status, code) => {
    const customer = await customerWith(plan);
    expect(refusal(await post(customer, '/api/plan-orders', body))).toEqual([status, code]);
  });

  it('where the plan is not sold as a pass, or not any more', async () => {
    const customer = await customerWith();
    await database.db.raw("update plan_versions set pass_price_nanos = null where plan_id = 'starter'");
    await database.db.raw("update plans set enabled = false where id = 'master'");
    for (const body of [{ plan_id: 'starter', kind: 'pass' }, { plan_id: 'master' }])
      expect(refusal(await post(customer, '/api/plan-orders', body))).toEqual([400, 'plan_not_available']);
  });

  it('from a sandbox that would pay with real money', async () => {
    const customer = await customerWith();
    await database.db.raw('update accounts set sandbox = true where id = ?', [customer.accountId]);
    const answer = await live.request('POST', '/api/plan-orders', {
      cookie: customer.cookie,
      body: { plan_id: 'pro' },
      headers: { 'idempotency-key': 'k' },
    });
    expect(refusal(answer)).toEqual([403, 'sandbox_account']);
    // Nobody is at work on Temporal: with test money it would have come that far.
    expect(refusal(await post(customer, '/api/plan-orders', { plan_id: 'pro' }))).toEqual([
      503,
      'temporal_unavailable',
    ]);
  });

  it('without an Idempotency-Key', async () => {
    const { cookie } = await customerWith();
    const answer = await api.request('POST', '/api/plan-orders', { cookie, body: { plan_id: 'pro' } });
    expect(refusal(answer)).toEqual([400, 'idempotency_key_missing']);
  });

  it('from a suspended account', async () => {
    const customer = await customerWith();
    await database.db.raw("update accounts set status = 'suspended' where id = ?", [customer.accountId]);
    expect(refusal(await post(customer, '/api/plan-orders', { plan_id: 'pro' }))).toEqual([
      403,
      'account_suspended',
    ]);
  });
});

describe('a quote', () => {
  it('shows every term of what is credited', async () => {
    const customer = await customerWith({ planId: 'starter', daysAgo: 7 });
    const { status, body } = await quote(customer, 'plan_id=premium');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      from: { plan_id: 'starter', kind: 'renewing', paid_usd: '10.00' },
      to: { plan_id: 'premium', plan_name: 'Premium', kind: 'renewing', price_usd: '25.00' },
      elapsed_basis_points: 2500,
      used_basis_points: 0,
      floor_basis_points: 1000,
      consumed_basis_points: 2500,
      decided_by: 'elapsed',
      main: { granted_credits: '1200', spent_credits: '0' },
      backup: { granted_credits: '3000', spent_credits: '0' },
      capped: false,
      zero_because: null,
      is_downgrade: false,
      recommended: 'now',
      period_end_possible: true,
      lost_main_credits: '1200',
      lost_backup_credits: '3000',
      paid_ahead_credit_usd: '0.00',
    });
    // Seven days and a moment: a fourth is consumed, and perhaps a cent more.
    expect(['7.50', '7.49']).toContain(body.credit_usd);
  });

  it('counts what calls in flight hold as spent', async () => {
    const customer = await customerWith({ planId: 'starter' });
    const nanos = 3_000_000_000n;
    await database.db.raw(
      "update ledger_accounts set held_nanos = ? where account_id = ? and pool = 'main'",
      [String(nanos), customer.accountId],
    );
    const { body } = await quote(customer, 'plan_id=premium');
    expect(body).toMatchObject({
      main: { granted_credits: '1200', spent_credits: '300' },
      used_basis_points: 1875,
      decided_by: 'used',
      credit_usd: '8.12',
      lost_main_credits: '900',
    });
  });

  it('of a downgrade says that it credits nothing, and offers the period’s end first', async () => {
    const customer = await customerWith({ planId: 'pro', daysAgo: 7 });
    expect((await quote(customer, 'plan_id=premium')).body).toMatchObject({
      credit_usd: '0.00',
      zero_because: 'downgrade',
      is_downgrade: true,
      recommended: 'period_end',
    });
  });

  it('does not offer the period’s end where it is fixed already', async () => {
    const customer = await api.customer();
    const id = await givePlan(database.db, customer.accountId, { planId: 'pro', daysAgo: 28 });
    await oweNextPeriod(database.db, customer.accountId, id);
    expect((await quote(customer, 'plan_id=premium')).body).toMatchObject({
      recommended: 'now',
      period_end_possible: false,
    });
  });

  it('turns a pass into a plan, and one pass into another', async () => {
    const customer = await customerWith({ planId: 'premium', kind: 'pass' });
    expect((await quote(customer, 'plan_id=premium')).body).toMatchObject({
      from: { kind: 'pass' },
      to: { kind: 'renewing' },
      zero_because: 'same_price',
    });
    expect((await quote(customer, 'plan_id=pro&as=pass')).body).toMatchObject({ to: { kind: 'pass' } });
  });

  it.each<[string, GivenPlan | undefined, string, number, string]>([
    ['without a plan', undefined, 'plan_id=pro', 409, 'no_live_plan'],
    ['to the plan that runs', { planId: 'pro' }, 'plan_id=pro', 409, 'plan_already_running'],
    ['to Free', { planId: 'pro' }, 'plan_id=free', 400, 'plan_not_available'],
    ['from a plan to a pass', { planId: 'pro' }, 'plan_id=ultra&as=pass', 409, 'pass_not_possible'],
    ['of another form', { planId: 'pro' }, 'plan_id=ultra&as=gift', 400, 'invalid_request'],
  ])('is refused %s', async (_, plan, query, status, code) => {
    expect(refusal(await quote(await customerWith(plan), query))).toEqual([status, code]);
  });
});

describe('a switch is refused', () => {
  const now = { plan_id: 'ultra', when: 'now' };

  it('without the credit that the customer saw', async () => {
    const customer = await customerWith({ planId: 'pro' });
    const answer = await post(customer, '/api/plan-switches', now);
    expect([...refusal(answer), answer.body.error.param]).toEqual([
      400,
      'invalid_request',
      'quote_credit_usd',
    ]);
  });

  it('where the credit has become less than was shown, and says what it is now', async () => {
    const customer = await customerWith({ planId: 'pro', daysAgo: 14 });
    const answer = await post(customer, '/api/plan-switches', { ...now, quote_credit_usd: '45.00' });
    expect(refusal(answer)).toEqual([409, 'quote_changed']);
    expect(answer.body.error.message).toMatch(/\$(25\.00|24\.99)/);
  });

  it('not for the little that time takes while the page is read', async () => {
    const customer = await customerWith({ planId: 'pro', daysAgo: 14 });
    const answer = await post(customer, '/api/plan-switches', { ...now, quote_credit_usd: '25.03' });
    expect(refusal(answer)).toEqual([503, 'temporal_unavailable']);
  });

  it('at the period’s end for a pass', async () => {
    const customer = await customerWith({ planId: 'pro', kind: 'pass' });
    const body = { plan_id: 'ultra', as: 'pass', when: 'period_end' };
    expect(refusal(await post(customer, '/api/plan-switches', body))).toEqual([409, 'pass_not_possible']);
  });
});
