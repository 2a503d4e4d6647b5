import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { periodBoundary } from '../../billing/periods.ts';
import { findLiveSubscription } from '../../db/subscriptions.ts';
import {
  billingRunWorkflow,
  checkWithProviderUpdate,
  orderWorkflowId,
  taskQueue,
} from '../../workflows/contract.ts';
import { fundedAccount } from '../support/customers.ts';
import { cardOf, DAY_MS, lastPlan, noticesOf, periodsOf, usd } from '../support/sandbox.ts';
import { drift, livePlan, orderPlan, poolsOf, untilOrder } from '../support/subscriptions.ts';
import { startTimeSkippingStack, type TimeSkippingStack } from '../support/time-skipping.ts';
import { until } from '../support/until.ts';

let stack: TimeSkippingStack;
// The clock on the wall dates orders: each test begins where both agree.
beforeEach(async () => {
  stack = await startTimeSkippingStack();
}, 180_000);
afterEach(() => stack.stop(), 60_000);

/** A plan of an account whose clock is everybody's, bought at this moment of the workflows' time. */
async function buys(planId: string): Promise<string> {
  const { accountId } = await fundedAccount(stack.database.db, []);
  const order = await orderPlan(stack as never, accountId, { planId });
  await stack.simulator.control.pay(order.checkoutRef ?? '');
  const workflow = stack.temporal.client.workflow.getHandle(orderWorkflowId(order));
  await workflow.executeUpdate(checkWithProviderUpdate, { args: [{ requestedBy: 'customer' }] });
  await untilOrder(stack.database.db, order.id, ({ status }) => status === 'credited');
  return accountId;
}

/** As the schedule does each hour; here when something is due. */
function billingRun() {
  return stack.temporal.client.workflow.execute(billingRunWorkflow, {
    taskQueue,
    workflowId: `billing-run-${randomUUID()}`,
    args: [{}],
  });
}

async function skipTo(date: Date): Promise<void> {
  await stack.skip(Math.max(1_000, date.getTime() - (await stack.now()).getTime()));
}

describe('an account whose time nobody moves', () => {
  it('is renewed month by month for a year by billing runs alone', async () => {
    const { db } = stack.database;
    const accountId = await buys('premium');
    const { anchorAt } = await livePlan(db, accountId);
    for (let index = 1; index <= 12; index++) {
      await skipTo(new Date(periodBoundary(anchorAt, 'UTC', index).getTime() + 600_000));
      expect((await livePlan(db, accountId)).periodIndex).toBe(index - 1);
      await Promise.all([billingRun(), billingRun()]);
      await until(
        () => livePlan(db, accountId),
        ({ periodIndex }) => periodIndex === index,
      );
    }
    const periods = await periodsOf(db, accountId);
    expect(periods.map(({ startsAt }) => startsAt)).toEqual(
      Array.from({ length: 13 }, (_, index) => periodBoundary(anchorAt, 'UTC', index)),
    );
    expect(await poolsOf(db, accountId)).toMatchObject({ main: usd(30), backup: usd(75) });
    expect(await drift(db)).toEqual([]);
  }, 120_000);

  it('climbs the ladder by the timers of its workflow: charges on days 0, 1, 3, 5, 7, then it has ended', async () => {
    const { db } = stack.database;
    const accountId = await buys('starter');
    const { methodRef } = await cardOf(db, accountId);
    await stack.simulator.control.cardAnswers(methodRef, 'declined');
    const { periodEnd } = await livePlan(db, accountId);
    await skipTo(new Date(periodEnd.getTime() + 1_000));
    await billingRun();
    await until(
      () => livePlan(db, accountId),
      ({ status }) => status === 'past_due',
    );
    const attemptsAfter = async (days: number, count: number) => {
      await skipTo(new Date(periodEnd.getTime() + days * DAY_MS));
      const charges = () =>
        db.raw('select due_at from charges where account_id = ? order by due_at', [accountId]);
      const { rows } = await until(charges, (answer) => answer.rows.length >= count);
      expect(rows).toHaveLength(count);
      return rows;
    };
    await attemptsAfter(0.9, 1);
    await attemptsAfter(1.1, 2);
    await attemptsAfter(2.9, 2);
    await attemptsAfter(3.1, 3);
    await attemptsAfter(5.1, 4);
    await attemptsAfter(6.9, 4);
    const rows = await attemptsAfter(7.1, 5);
    const days = rows.map(({ due_at }: { due_at: Date }) =>
      Math.round((due_at.getTime() - periodEnd.getTime()) / DAY_MS),
    );
    expect(days).toEqual([0, 1, 3, 5, 7]);
    await until(
      () => findLiveSubscription(db, accountId),
      (live) => live === undefined,
    );
    expect(await lastPlan(db, accountId)).toMatchObject({ endedBecause: 'unpaid' });
    expect(await noticesOf(db, accountId)).toHaveLength(6);
    await until(
      async () => stack.mails,
      (mails) => mails.length === 6,
    );
    expect(await drift(db)).toEqual([]);
  }, 120_000);
});
