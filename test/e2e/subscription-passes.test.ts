import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { findLiveSubscription } from '../../db/subscriptions.ts';
import {
  cancelSubscriptionUpdate,
  resumeSubscriptionUpdate,
  scheduleSwitchUpdate,
} from '../../workflows/contract.ts';
import {
  ask,
  cardOf,
  DAY_MS,
  lastPlan,
  mailsTo,
  moneyIn,
  moveToEnd,
  periodsOf,
  sandboxAccount,
  setPlanPrice,
  usd,
  walletNanos,
} from '../support/sandbox.ts';
import { buyPlan, drift, livePlan, poolsOf } from '../support/subscriptions.ts';
import { startTopUpStack, stripeKey, type TopUpStack } from '../support/top-ups.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterEach(async () => {
  expect(await drift(stack.database.db)).toEqual([]);
  const { takenNanos, bookedNanos } = await moneyIn(stack, stripeKey);
  expect(bookedNanos).toBe(takenNanos);
});
afterAll(() => stack.stop(), 60_000);

const byCustomer = { requestedBy: 'customer' };

async function has(
  planId: string,
  kind: 'plan' | 'pass',
  renewal: 'pull' | 'invoice' = 'pull',
): Promise<string> {
  const accountId = await sandboxAccount(stack);
  await buyPlan(stack, accountId, { planId, kind, renewal });
  return accountId;
}

const live = (accountId: string) => livePlan(stack.database.db, accountId);
const gone = async (accountId: string) => {
  expect(await findLiveSubscription(stack.database.db, accountId)).toBeUndefined();
  const pools = await poolsOf(stack.database.db, accountId);
  expect([pools.main, pools.backup]).toEqual([undefined, undefined]);
};

describe('a pass', () => {
  it('lasts thirty days of 24 hours, gives everything, and is over', async () => {
    const accountId = await has('premium', 'pass');
    const { periodStart, periodEnd } = await live(accountId);
    expect(periodEnd.getTime() - periodStart.getTime()).toBe(30 * DAY_MS);
    expect(await poolsOf(stack.database.db, accountId)).toMatchObject({ main: usd(30), backup: usd(75) });
    await moveToEnd(stack, accountId, 0.1);
    await gone(accountId);
    expect(await lastPlan(stack.database.db, accountId)).toMatchObject({
      endedBecause: 'pass_over',
      periodIndex: 0,
    });
    expect(await mailsTo(stack, accountId)).toEqual(['Your Premium plan has ended']);
  }, 60_000);

  it('bought twice while one runs lasts ninety days, a grant each thirty', async () => {
    const accountId = await has('starter', 'pass');
    const { periodStart } = await live(accountId);
    const more = await Promise.all(
      [1, 2].map(() => buyPlan(stack, accountId, { planId: 'starter', kind: 'pass' })),
    );
    expect(more.map(({ fulfilledAs }) => fulfilledAs)).toEqual(['append', 'append']);
    for (const index of [1, 2]) {
      await moveToEnd(stack, accountId, 0.1);
      const now = await live(accountId);
      expect(now.periodIndex).toBe(index);
      expect(now.periodStart.getTime() - periodStart.getTime()).toBe(index * 30 * DAY_MS);
      expect(await poolsOf(stack.database.db, accountId)).toMatchObject({ main: usd(12), backup: usd(30) });
    }
    await moveToEnd(stack, accountId, 0.1);
    await gone(accountId);
    expect((await periodsOf(stack.database.db, accountId)).map(({ status }) => status)).toEqual([
      'granted',
      'granted',
      'granted',
    ]);
  }, 60_000);

  it('becomes a plan at once by buying it, for what is unused of the pass', async () => {
    const accountId = await has('starter', 'pass');
    const order = await buyPlan(stack, accountId, { planId: 'starter' });
    expect(order.fulfilledAs).toBe('switch');
    // Of equal prices nothing is credited.
    expect(await walletNanos(stack.database.db, accountId)).toBe(0n);
    expect(await live(accountId)).toMatchObject({ kind: 'renewing', periodIndex: 0 });
  }, 60_000);

  it('that is to go on as a plan does so on its last day, and renews from then on', async () => {
    const accountId = await has('starter', 'pass');
    await ask(stack, accountId, scheduleSwitchUpdate, { ...byCustomer, planId: 'starter' });
    const { periodEnd } = await live(accountId);
    await moveToEnd(stack, accountId);
    expect(await live(accountId)).toMatchObject({
      kind: 'renewing',
      periodIndex: 1,
      periodStart: periodEnd,
      anchorAt: periodEnd,
    });
    await moveToEnd(stack, accountId);
    expect(await live(accountId)).toMatchObject({ kind: 'renewing', periodIndex: 2 });
  }, 60_000);

  it('that is to go on as a plan gives everything while its first charge is being tried', async () => {
    const { db } = stack.database;
    const accountId = await has('starter', 'pass');
    const { methodRef } = await cardOf(db, accountId);
    await stack.simulator.control.cardAnswers(methodRef, 'declined');
    await ask(stack, accountId, scheduleSwitchUpdate, { ...byCustomer, planId: 'pro' });
    const { periodEnd, mainPoolId } = await live(accountId);
    await moveToEnd(stack, accountId, 0.5);
    const { rows } = await db.raw('select expires_at as at from ledger_accounts where id = ?', [
      String(mainPoolId),
    ]);
    expect(rows).toEqual([{ at: new Date(periodEnd.getTime() + 3 * DAY_MS) }]);
    // Another pass, instead of the plan that was not paid.
    const order = await buyPlan(stack, accountId, { planId: 'starter', kind: 'pass' });
    expect(order.fulfilledAs).toBe('append');
    expect(await live(accountId)).toMatchObject({
      kind: 'pass',
      planId: 'starter',
      periodIndex: 1,
      periodStart: periodEnd,
    });
    expect((await live(accountId)).periodEnd.getTime()).toBe(periodEnd.getTime() + 30 * DAY_MS);
  }, 60_000);
});

describe('a cancelled plan', () => {
  it('runs to the end of the paid period and takes its pools with it', async () => {
    const accountId = await has('starter', 'plan');
    await ask(stack, accountId, cancelSubscriptionUpdate, byCustomer);
    const { periodEnd, endsAt } = await live(accountId);
    expect(endsAt).toEqual(periodEnd);
    await moveToEnd(stack, accountId, -0.1);
    expect(await poolsOf(stack.database.db, accountId)).toMatchObject({ main: usd(12) });
    await moveToEnd(stack, accountId, 0.1);
    await gone(accountId);
    expect(await lastPlan(stack.database.db, accountId)).toMatchObject({ endedBecause: 'cancelled' });
  }, 60_000);

  it('that is resumed renews as if nothing had been', async () => {
    const accountId = await has('starter', 'plan');
    await ask(stack, accountId, cancelSubscriptionUpdate, byCustomer);
    await moveToEnd(stack, accountId, -1);
    await ask(stack, accountId, resumeSubscriptionUpdate, byCustomer);
    await moveToEnd(stack, accountId, 0.1);
    expect(await live(accountId)).toMatchObject({ periodIndex: 1, status: 'active', cancelledAt: null });
  }, 60_000);

  it('that was paid ahead has that month too, and then ends', async () => {
    const accountId = await has('starter', 'plan', 'invoice');
    await moveToEnd(stack, accountId, -2);
    const { id } = await live(accountId);
    await buyPlan(stack, accountId, {
      planId: 'starter',
      kind: 'renewal',
      renewal: 'invoice',
      subscriptionId: id,
      periodIndex: 1,
    });
    await ask(stack, accountId, cancelSubscriptionUpdate, byCustomer);
    await moveToEnd(stack, accountId, 0.1);
    expect(await live(accountId)).toMatchObject({ periodIndex: 1 });
    await moveToEnd(stack, accountId, 0.1);
    await gone(accountId);
  }, 60_000);
});

describe('a plan without pull', () => {
  it('is reminded three days before, goes on when paid, and ends after the grace when not', async () => {
    const { db } = stack.database;
    const accountId = await has('starter', 'plan', 'invoice');
    await moveToEnd(stack, accountId, -3.1);
    expect(await mailsTo(stack, accountId)).toEqual([]);
    await moveToEnd(stack, accountId, -2.9);
    expect(await mailsTo(stack, accountId)).toEqual([
      expect.stringMatching(/^Your Starter plan is paid until /),
    ]);
    const { id, periodEnd } = await live(accountId);
    await buyPlan(stack, accountId, {
      planId: 'starter',
      kind: 'renewal',
      renewal: 'invoice',
      subscriptionId: id,
      periodIndex: 1,
    });
    expect(await live(accountId)).toMatchObject({ periodIndex: 0 });
    await moveToEnd(stack, accountId);
    expect(await live(accountId)).toMatchObject({ periodIndex: 1, periodStart: periodEnd });
    await moveToEnd(stack, accountId, 2.9);
    expect(await live(accountId)).toMatchObject({ status: 'past_due' });
    await moveToEnd(stack, accountId, 3.1);
    await gone(accountId);
    expect(await lastPlan(db, accountId)).toMatchObject({ endedBecause: 'unpaid' });
    expect(await mailsTo(stack, accountId)).toHaveLength(3);
  }, 60_000);
});

describe('an edit of a plan', () => {
  it('applies from the next period only', async () => {
    const { db } = stack.database;
    const accountId = await has('master', 'plan');
    await setPlanPrice(db, 'master', 80);
    expect(await poolsOf(db, accountId)).toMatchObject({ main: usd(120) });
    await moveToEnd(stack, accountId, -0.1);
    expect(await live(accountId)).toMatchObject({ priceNanos: usd(100) });
    await moveToEnd(stack, accountId, 0.1);
    expect(await live(accountId)).toMatchObject({ priceNanos: usd(80) });
    expect(await poolsOf(db, accountId)).toMatchObject({ main: usd(96) });
  }, 60_000);
});
