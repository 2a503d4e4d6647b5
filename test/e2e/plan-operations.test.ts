import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listAudit } from '../../db/audit-log.ts';
import { listPeriods } from '../../db/subscription-periods.ts';
import { billingRunWorkflowId, subscriptionWorkflowId } from '../../workflows/contract.ts';
import type { Answer } from '../support/api.ts';
import { getSubscription, subscriber } from '../support/plan-api.ts';
import { drift, makeSandbox, moveTo } from '../support/subscriptions.ts';
import { billingToken, type Customer, startTopUpStack, type TopUpStack } from '../support/top-ups.ts';
import { until } from '../support/until.ts';

let stack: TopUpStack;
let support: Customer;
let admin: Customer;
beforeAll(async () => {
  stack = await startTopUpStack();
  support = await stack.api.customer({ role: 'support' });
  admin = await stack.api.customer({ role: 'admin' });
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const DAY_MS = 24 * 3_600_000;

const ask = ({ cookie }: Customer, method: string, path: string, body?: object): Promise<Answer> =>
  stack.api.request(method, path, { cookie, body });

const run = (body: object): Promise<Answer> =>
  stack.api.request('POST', '/internal/billing-runs', {
    body,
    headers: { authorization: `Bearer ${billingToken}` },
  });

/** Everything that the subscription said is stored as if this time had passed already. */
async function letTimePass(accountId: string, days: number): Promise<void> {
  await stack.database.db.raw(
    `update accounts set sandbox = true, clock_offset_ms = ?::bigint where id = ?`,
    [days * DAY_MS, accountId],
  );
  await stack.database.db.raw(
    "update subscriptions set wake_at = wake_at - ?::integer * interval '1 day' where account_id = ?",
    [days, accountId],
  );
}

async function endOfPeriod(customer: Customer): Promise<number> {
  const { subscription } = await getSubscription(stack, customer);
  return Date.parse(subscription?.period_end ?? '');
}

async function declineCards({ accountId }: Customer): Promise<void> {
  const { rows } = await stack.database.db.raw(
    'select method_ref from payment_methods where account_id = ?',
    [accountId],
  );
  for (const { method_ref } of rows)
    await stack.simulator.control.cardAnswers(method_ref, 'insufficient_funds');
}

describe('a billing run that is asked for', () => {
  it('renews what is due, once, however many ask at once', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    await letTimePass(customer.accountId, 32);
    const before = await run({ dry_run: true, account_id: customer.accountId });
    expect(before.body.items).toMatchObject([
      { plan_id: 'starter', period_index: 1, step: 'Charge $10.00 to the saved card', amount_usd: '10.00' },
    ]);
    const answers = await Promise.all(Array.from({ length: 5 }, () => run({})));
    expect(answers.map(({ status, body }) => [status, body.workflow_id])).toEqual(
      answers.map(() => [202, billingRunWorkflowId]),
    );
    await until(
      () => getSubscription(stack, customer),
      ({ subscription }) => subscription?.period_index === 1,
    );
    const periods = await listPeriods(stack.database.db, customer.accountId, 10);
    expect(periods.map(({ periodIndex, status, paidBy }) => [periodIndex, status, paidBy])).toEqual([
      [1, 'granted', 'charge'],
      [0, 'granted', 'order'],
    ]);
    expect((await run({ dry_run: true, account_id: customer.accountId })).body.items).toEqual([]);
    expect(await drift(stack.database.db)).toEqual([]);
  }, 60_000);

  it('of one account leaves the others alone', async () => {
    const [one, other] = [
      await subscriber(stack, { plan_id: 'starter' }),
      await subscriber(stack, { plan_id: 'starter' }),
    ];
    for (const { accountId } of [one, other]) await letTimePass(accountId, 32);
    expect((await run({ account_id: one.accountId })).status).toBe(202);
    await until(
      () => getSubscription(stack, one),
      ({ subscription }) => subscription?.period_index === 1,
    );
    expect((await run({ dry_run: true, account_id: other.accountId })).body.items).toHaveLength(1);
  }, 60_000);
});

describe('support', () => {
  it('finds a plan by e-mail or id, with its periods, charges and workflow', async () => {
    const customer = await subscriber(stack, { plan_id: 'premium' });
    for (const text of [customer.email.toUpperCase(), customer.accountId]) {
      const { status, body } = await ask(
        support,
        'GET',
        `/api/admin/subscriptions?account=${encodeURIComponent(text)}`,
      );
      expect(status).toBe(200);
      expect(body).toMatchObject({
        account_id: customer.accountId,
        email: customer.email,
        state: { plan: { id: 'premium' } },
        next_step: expect.stringContaining('Nothing until'),
        periods: [{ period_index: 0, paid_by: 'order' }],
      });
      expect(body.workflow_url).toContain(encodeURIComponent(subscriptionWorkflowId(customer.accountId)));
    }
    const nobody = await ask(support, 'GET', '/api/admin/subscriptions?account=nobody@example.com');
    expect(nobody.status).toBe(404);
  });

  it('grants a month by hand, audited with its reason', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    const path = `/api/admin/subscriptions/${customer.accountId}`;
    const early = await ask(support, 'POST', `${path}/grant`, { reason: 'Paid in cash' });
    expect([early.status, early.body.error.code]).toEqual([400, 'invalid_request']);
    await makeSandbox(stack.database.db, customer.accountId);
    await declineCards(customer);
    await moveTo(stack, customer.accountId, new Date((await endOfPeriod(customer)) + 60_000));
    const granted = await ask(support, 'POST', `${path}/grant`, { reason: 'Paid in cash, receipt 7' });
    expect(granted).toMatchObject({
      status: 200,
      body: {
        state: { subscription: { status: 'active', period_index: 1 } },
        periods: [{ period_index: 1, paid_by: 'by_hand' }, {}],
      },
    });
    const [entry] = await listAudit(stack.database.db, { accountId: customer.accountId, limit: 5 });
    expect(entry).toMatchObject({
      action: 'subscription.grant_period',
      actor: `support ${support.accountId}`,
      reason: 'Paid in cash, receipt 7',
    });
    expect(await drift(stack.database.db)).toEqual([]);
  }, 60_000);

  it('skips a month: nothing is charged, nothing granted', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    await makeSandbox(stack.database.db, customer.accountId);
    await declineCards(customer);
    await moveTo(stack, customer.accountId, new Date((await endOfPeriod(customer)) + 60_000));
    const path = `/api/admin/subscriptions/${customer.accountId}/skip`;
    const { status, body } = await ask(support, 'POST', path, { reason: 'Outage in May' });
    expect(status).toBe(200);
    expect(body.periods[0]).toMatchObject({
      period_index: 1,
      status: 'skipped',
      reason: 'Outage in May',
      base_credits: '0',
    });
    expect(body.state.pools[0]).toMatchObject({ pool: 'main', left_credits: '0' });
    expect(await drift(stack.database.db)).toEqual([]);
  }, 60_000);

  it('charges a card again before its turn', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    await makeSandbox(stack.database.db, customer.accountId);
    await declineCards(customer);
    await moveTo(stack, customer.accountId, new Date((await endOfPeriod(customer)) + 60_000));
    const { rows } = await stack.database.db.raw(
      'select method_ref from payment_methods where account_id = ?',
      [customer.accountId],
    );
    await stack.simulator.control.cardAnswers(rows[0].method_ref, 'ok');
    const path = `/api/admin/subscriptions/${customer.accountId}/retry`;
    const { status } = await ask(support, 'POST', path, { reason: 'The bank says it works now' });
    expect(status).toBe(200);
    const view = await until(
      () => getSubscription(stack, customer),
      ({ subscription }) => subscription?.period_index === 1,
    );
    expect(view.payment_due).toBeNull();
    const entries = await listAudit(stack.database.db, { accountId: customer.accountId, limit: 5 });
    expect(entries.map(({ action }) => action)).toContain('subscription.retry_requested');
  }, 60_000);

  it('is more than a customer may be, and less than moving clocks takes', async () => {
    const customer = await stack.api.customer();
    const path = `/api/admin/subscriptions/${customer.accountId}/grant`;
    expect((await ask(customer, 'POST', path, { reason: 'me' })).status).toBe(403);
    expect((await ask(customer, 'GET', `/api/admin/subscriptions?account=${admin.email}`)).status).toBe(403);
    expect((await ask(support, 'GET', '/api/admin/sandbox-accounts')).status).toBe(403);
    expect((await ask(support, 'POST', path, {})).status).toBe(400);
  });
});

describe('the clock of a sandbox', () => {
  const advance = (accountId: string, to: number) =>
    ask(admin, 'POST', `/api/admin/sandbox-accounts/${accountId}/advance`, {
      to: new Date(to).toISOString(),
    });

  async function sandboxed(order: object): Promise<Customer> {
    const customer = await subscriber(stack, order);
    const made = await ask(admin, 'POST', '/api/admin/sandbox-accounts', { account: customer.email });
    expect(made).toMatchObject({ status: 201, body: { running: false, ahead_seconds: 0 } });
    return customer;
  }

  it('is moved a year on, and the plan has renewed each month', async () => {
    const customer = await sandboxed({ plan_id: 'starter' });
    const to = Date.now() + 365 * DAY_MS;
    const started = await advance(customer.accountId, to);
    expect(started).toMatchObject({ status: 202, body: { account_id: customer.accountId } });
    const arrived = await until(
      () => ask(admin, 'GET', `/api/admin/sandbox-accounts/${customer.accountId}`),
      ({ body }) => body.running === false,
      60_000,
    );
    expect(Date.parse(arrived.body.now)).toBeGreaterThanOrEqual(to);
    const { items } = (
      await stack.api.request('GET', '/api/subscription/periods', { cookie: customer.cookie })
    ).body;
    expect(items.filter(({ status }: any) => status === 'granted').length).toBeGreaterThanOrEqual(12);
    const { items: sandboxes } = (await ask(admin, 'GET', '/api/admin/sandbox-accounts')).body;
    expect(sandboxes.map(({ account_id }: any) => account_id)).toContain(customer.accountId);
    const entries = await listAudit(stack.database.db, { accountId: customer.accountId, limit: 5 });
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['sandbox.advance', admin.email],
      ['sandbox.make', admin.email],
    ]);
  }, 120_000);

  it('goes neither back nor further than two years at once', async () => {
    const customer = await sandboxed({ plan_id: 'starter', kind: 'pass' });
    for (const to of [Date.now() - DAY_MS, Date.now() + 800 * DAY_MS]) {
      const answer = await advance(customer.accountId, to);
      expect([answer.status, answer.body.error.param]).toEqual([400, 'to']);
    }
  });

  it('is not there for live accounts', async () => {
    const customer = await stack.api.customer();
    const answer = await advance(customer.accountId, Date.now() + DAY_MS);
    expect([answer.status, answer.body.error.code]).toEqual([409, 'live_account']);
    const nobody = await advance(randomUUID(), Date.now() + DAY_MS);
    expect(nobody.status).toBe(404);
    const { rows } = await stack.database.db.raw('select clock_offset_ms as ms from accounts where id = ?', [
      customer.accountId,
    ]);
    expect(rows).toEqual([{ ms: 0n }]);
  });

  it('is not given to an account that may have paid real money', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter', kind: 'pass' });
    await stack.database.db.raw("update orders set checkout_ref = 'cs_live_a1' where account_id = ?", [
      customer.accountId,
    ]);
    const answer = await ask(admin, 'POST', '/api/admin/sandbox-accounts', { account: customer.accountId });
    expect([answer.status, answer.body.error.code]).toEqual([409, 'live_account']);
  });
});
