import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActivityDeps } from '../../activities/deps.ts';
import { refundPlan } from '../../activities/subscription/refund-plan.ts';
import { listAudit } from '../../db/audit-log.ts';
import { findSubscription } from '../../db/subscriptions.ts';
import { configuredProviders } from '../../providers/configured.ts';
import {
  billingRunWorkflow,
  runDueUpdate,
  subscriptionWorkflowId,
  taskQueue,
} from '../../workflows/contract.ts';
import {
  getRefunds,
  moneyKept,
  postRefund,
  refundsAtStripe,
  refundTransfers,
  untilRefund,
} from '../support/refunds.ts';
import {
  ask,
  lastPlan,
  moveBy,
  moveToEnd,
  periodsOf,
  sandboxAccount,
  usd,
  walletNanos,
} from '../support/sandbox.ts';
import { buyPlan, drift, found, livePlan, orderPlan, poolsOf, untilOrder } from '../support/subscriptions.ts';
import { type Customer, startTopUpStack, stripeKey, type TopUpStack } from '../support/top-ups.ts';
import { until } from '../support/until.ts';

let stack: TopUpStack;
let support: Customer;
beforeAll(async () => {
  stack = await startTopUpStack();
  support = await stack.api.customer({ role: 'support' });
}, 120_000);
afterEach(async () => {
  await stack.simulator.control.clearFaults();
  expect(await drift(stack.database.db)).toEqual([]);
  const { keptNanos, bookedNanos } = await moneyKept(stack);
  expect(bookedNanos).toBe(keptNanos);
});
afterAll(() => stack.stop(), 60_000);

async function starter(): Promise<string> {
  const accountId = await sandboxAccount(stack);
  await buyPlan(stack, accountId, { planId: 'starter' });
  return accountId;
}

const refund = (accountId: string, body?: object) => postRefund(stack, support, accountId, body);
const untilIs = (accountId: string, status: Parameters<typeof untilRefund>[3]) =>
  untilRefund(stack, support, accountId, status);
const atStripe = { path: '/v1/refunds', times: null };

/** Stripe tells nothing by itself and answers no question. */
async function silence(): Promise<void> {
  await stack.simulator.control.fault({ kind: 'drop', event_type: 'refund.*', times: null });
  await stack.simulator.control.fault({ kind: 'error_before', method: 'GET', ...atStripe });
}

describe('a refund whose answer is lost', () => {
  it.each([
    ['after it was made', 'cut_after'],
    ['before it was made', 'cut_before'],
    ['with a 500 after it was made', 'error_after'],
  ] as const)(
    '%s is asked about and made once',
    async (_, kind) => {
      const accountId = await starter();
      await stack.simulator.control.fault({ kind: 'drop', event_type: 'refund.*', times: null });
      await stack.simulator.control.fault({ kind, path: '/v1/refunds', method: 'POST', times: 2 });
      const { status } = await refund(accountId);
      expect(status).toBe(200);
      const { payment_ref } = await untilIs(accountId, 'succeeded');
      expect(await refundsAtStripe(stack, payment_ref)).toMatchObject([{ amount: 1000 }]);
      expect(await refundTransfers(stack.database.db, accountId)).toHaveLength(1);
    },
    60_000,
  );

  it('keeps the workflow open with a reason while nobody can say, and what is paid back is not spent', async () => {
    const { db } = stack.database;
    const accountId = await starter();
    await silence();
    const { body } = await refund(accountId);
    expect(body.refunds).toMatchObject([{ status: 'unknown', refund_ref: null }]);
    expect(await poolsOf(db, accountId)).toEqual({});
    const handle = stack.temporal.client.workflow.getHandle(subscriptionWorkflowId(accountId));
    const { status, searchAttributes } = await handle.describe();
    expect([status.name, searchAttributes?.AttentionReason]).toEqual(['RUNNING', ['refund_unknown']]);
    expect(await refundTransfers(db, accountId)).toEqual([]);
    await stack.simulator.control.clearFaults();
    await untilIs(accountId, 'succeeded');
    await until(
      () => handle.describe(),
      (description) => description.status.name === 'COMPLETED',
    );
  }, 60_000);

  it('whose workflow is lost too is taken up by the billing run', async () => {
    const { db } = stack.database;
    const accountId = await starter();
    await silence();
    await refund(accountId);
    await stack.temporal.client.workflow.getHandle(subscriptionWorkflowId(accountId)).terminate('A test');
    await stack.simulator.control.clearFaults();
    await stack.temporal.client.workflow.execute(billingRunWorkflow, {
      taskQueue,
      workflowId: `billing-run:${accountId}`,
      args: [{ accountId }],
    });
    await untilIs(accountId, 'succeeded');
    const { id } = await lastPlan(db, accountId);
    expect(found(await findSubscription(db, id))).toMatchObject({ status: 'ended', wakeAt: null });
  }, 60_000);

  it('does not keep the next plan waiting', async () => {
    const accountId = await starter();
    await silence();
    await refund(accountId);
    await buyPlan(stack, accountId, { planId: 'premium' });
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({ planId: 'premium' });
    await moveToEnd(stack, accountId);
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({ periodIndex: 1 });
    expect((await getRefunds(stack, support, accountId)).refunds).toMatchObject([{ status: 'unknown' }]);
    await stack.simulator.control.clearFaults();
    await untilIs(accountId, 'succeeded');
  }, 60_000);
});

it('the step that ends the plan can break off after it was done, and runs again without effect', async () => {
  const { db } = stack.database;
  const accountId = await starter();
  const keys = { STRIPE_SECRET_KEY: stripeKey, STRIPE_API_URL: stack.simulator.url };
  const dunning = { retryDays: [1], graceDays: 3, reminderDays: 3 };
  // What the step uses of them.
  const deps = { db, dunning, providers: configuredProviders(keys) } as unknown as ActivityDeps;
  const step = {
    accountId,
    now: new Date().toISOString(),
    requestId: crypto.randomUUID(),
    requestedBy: 'a test',
    reason: 'It breaks off',
    subscriptionId: undefined,
  };
  const first = await refundPlan(deps, step);
  expect(await refundPlan(deps, step)).toEqual(first);
  expect(first).toMatchObject({ status: null, reason: 'refund_unknown' });
  expect(await listAudit(db, { accountId, limit: 9 })).toHaveLength(1);
  await ask(stack, accountId, runDueUpdate);
  await untilIs(accountId, 'succeeded');
});

it('a refund of what was paid back at the provider already gives nothing twice, and a person is told', async () => {
  const { db } = stack.database;
  const accountId = await starter();
  const { rows } = await db.raw('select payment_ref from orders where account_id = ?', [accountId]);
  await fetch(`${stack.simulator.url}/v1/refunds`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stripeKey}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: `payment_intent=${rows[0].payment_ref}`,
  });
  const { body } = await refund(accountId);
  expect(body.refunds).toMatchObject([{ status: 'refused', failure_code: 'charge_already_refunded' }]);
  expect(await refundTransfers(db, accountId)).toEqual([]);
  expect(await walletNanos(db, accountId)).toBe(0n);
  expect(await listAudit(db, { accountId, action: 'refund.refused', limit: 9 })).toHaveLength(1);
});

describe('a refund that races', () => {
  it('with the renewal ends in one of both orders, with every cent accounted for', async () => {
    const { db } = stack.database;
    for (let round = 0; round < 4; round += 1) {
      const accountId = await starter();
      const [, { status }] = await Promise.all([moveToEnd(stack, accountId), refund(accountId)]);
      const periods = await periodsOf(db, accountId);
      const { status: plan } = await lastPlan(db, accountId);
      if (status === 200) expect([plan, periods.length <= 2]).toEqual(['ended', true]);
      else expect([plan, periods.length]).toEqual(['active', 2]);
      await moveBy(stack, accountId, 1);
    }
  }, 120_000);

  it('with a switch ends in the new plan, and the old one is paid back or credited, never both', async () => {
    const { db } = stack.database;
    for (let round = 0; round < 4; round += 1) {
      const accountId = await starter();
      const old = await livePlan(db, accountId);
      const order = await orderPlan(stack, accountId, {
        planId: 'premium',
        kind: 'switch',
        subscriptionId: old.id,
      });
      const paid = stack.simulator.control.pay(found(order.checkoutRef));
      // By itself the refund is the faster one: in every other round the switch goes first.
      if (round % 2) await untilOrder(db, order.id, (seen) => seen.status === 'credited');
      const { status } = await refund(accountId, { reason: 'A race', subscription_id: old.id });
      await paid;
      await untilOrder(db, order.id, (seen) => seen.status === 'credited');
      expect(await livePlan(db, accountId)).toMatchObject({ planId: 'premium', periodIndex: 0 });
      const wallet = await walletNanos(db, accountId);
      expect([status, wallet]).toEqual(status === 200 ? [200, 0n] : [409, usd(9)]);
    }
  }, 120_000);
});
