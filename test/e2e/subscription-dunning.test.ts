import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findLiveSubscription } from '../../db/subscriptions.ts';
import { cardChangedUpdate } from '../../workflows/contract.ts';
import {
  ask,
  attempts,
  cardOf,
  DAY_MS,
  lastPlan,
  mailsTo,
  moveToEnd,
  sandboxAccount,
  usd,
} from '../support/sandbox.ts';
import { buyPlan, drift, livePlan, orderPlan, poolsOf, untilOrder } from '../support/subscriptions.ts';
import { startTopUpStack, type TopUpStack } from '../support/top-ups.ts';
import { until } from '../support/until.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

/** A starter plan whose card answers so from now on. */
async function starter(answer: 'declined' | 'needs_authentication' | 'ok'): Promise<string> {
  const accountId = await sandboxAccount(stack);
  await buyPlan(stack, accountId, { planId: 'starter' });
  const { methodRef } = await cardOf(stack.database.db, accountId);
  await stack.simulator.control.cardAnswers(methodRef, answer);
  return accountId;
}

const unpaid = 'Your Starter plan could not be renewed';

describe('a card that is declined', () => {
  it('is tried on days 1, 3, 5 and 7 with a mail each; benefits last three days; then the plan has ended', async () => {
    const { db } = stack.database;
    const accountId = await starter('declined');
    const { id, periodEnd } = await livePlan(db, accountId);
    await moveToEnd(stack, accountId, 2);
    expect(await livePlan(db, accountId)).toMatchObject({ status: 'past_due', periodIndex: 0 });
    expect(await poolsOf(db, accountId)).toMatchObject({ main: usd(12), backup: usd(30) });
    const { rows } = await db.raw(
      'select distinct expires_at as at from ledger_accounts where account_id = ? and pool in (?, ?)',
      [accountId, 'main', 'backup'],
    );
    expect(rows).toEqual([{ at: new Date(periodEnd.getTime() + 3 * DAY_MS) }]);
    await moveToEnd(stack, accountId, 6.5);
    const made = await attempts(db, accountId);
    const days = made.map(({ dueAt }) => Math.round((dueAt.getTime() - periodEnd.getTime()) / 60_000) / 1440);
    expect(days.map(Math.round)).toEqual([0, 1, 3, 5]);
    expect(new Set(made.map(({ status }) => status))).toEqual(new Set(['declined']));
    await moveToEnd(stack, accountId, 8);
    expect(await lastPlan(db, accountId)).toMatchObject({ id, status: 'ended', endedBecause: 'unpaid' });
    const { rows: tries } = await db.raw('select 1 from charges where account_id = ?', [accountId]);
    expect(tries).toHaveLength(5);
    expect(await poolsOf(db, accountId)).not.toHaveProperty('main');
    expect(await mailsTo(stack, accountId)).toEqual([
      ...Array.from({ length: 5 }, () => unpaid),
      'Your Starter plan has ended',
    ]);
    expect(await drift(db)).toEqual([]);
  }, 60_000);

  it('and replaced by another is charged at once, for the same month', async () => {
    const { db } = stack.database;
    const accountId = await starter('declined');
    await moveToEnd(stack, accountId, 2);
    const { periodEnd } = await livePlan(db, accountId);
    const other = await anotherCard(accountId);
    await ask(stack, accountId, cardChangedUpdate, { paymentMethodId: other });
    const live = await livePlan(db, accountId);
    expect(live).toMatchObject({ status: 'active', periodIndex: 1, periodStart: periodEnd });
    expect(live.paymentMethodId).toBe(other);
    expect(await poolsOf(db, accountId)).toMatchObject({ main: usd(12) });
    await moveToEnd(stack, accountId);
    expect(await livePlan(db, accountId)).toMatchObject({ status: 'active', periodIndex: 2 });
    expect(await drift(db)).toEqual([]);
  }, 60_000);
});

describe('a card whose bank wants the customer', () => {
  it('is not tried again; the customer is told, pays the month, and the plan goes on', async () => {
    const { db } = stack.database;
    const accountId = await starter('needs_authentication');
    await moveToEnd(stack, accountId, 2);
    expect(await attempts(db, accountId)).toMatchObject([{ status: 'needs_authentication' }]);
    expect(await mailsTo(stack, accountId)).toEqual([unpaid]);
    const { id, periodEnd } = await livePlan(db, accountId);
    const order = await buyPlan(stack, accountId, {
      planId: 'starter',
      kind: 'renewal',
      subscriptionId: id,
      periodIndex: 1,
    });
    expect(order.fulfilledAs).toBe('renew');
    expect(await livePlan(db, accountId)).toMatchObject({
      status: 'active',
      periodIndex: 1,
      periodStart: periodEnd,
    });
    expect(await drift(db)).toEqual([]);
  }, 60_000);

  it('ends the plan when nobody pays within the week', async () => {
    const accountId = await starter('needs_authentication');
    await moveToEnd(stack, accountId, 8);
    expect(await lastPlan(stack.database.db, accountId)).toMatchObject({ endedBecause: 'unpaid' });
    expect(await findLiveSubscription(stack.database.db, accountId)).toBeUndefined();
  }, 60_000);
});

describe('an order for a month that is paid twice', () => {
  it('renews once; the other payment is balance', async () => {
    const { db } = stack.database;
    const accountId = await starter('needs_authentication');
    await moveToEnd(stack, accountId, 1);
    const { id } = await livePlan(db, accountId);
    const wanted = { planId: 'starter', kind: 'renewal' as const, subscriptionId: id, periodIndex: 1 };
    const [one, two] = await Promise.all([
      orderPlan(stack, accountId, wanted),
      orderPlan(stack, accountId, wanted),
    ]);
    await Promise.all([one, two].map((order) => stack.simulator.control.pay(order?.checkoutRef ?? '')));
    const paid = await Promise.all(
      [one, two].map((order) => untilOrder(db, order?.id ?? '', ({ status }) => status === 'credited')),
    );
    expect(paid.map(({ fulfilledAs }) => fulfilledAs).sort()).toEqual(['renew', 'wallet']);
    expect(await poolsOf(db, accountId)).toMatchObject({ main: usd(12), wallet: usd(10) });
    expect(await drift(db)).toEqual([]);
  }, 60_000);
});

/** Saves a card as the worker does when a setup page was left. */
async function anotherCard(accountId: string): Promise<string> {
  const order = await orderPlan(stack, accountId, { planId: 'ultra', kind: 'plan' });
  // A page that keeps the card although less than its price was paid: the money is balance.
  await stack.simulator.control.pay(order.checkoutRef ?? '', { amount: 100 });
  await untilOrder(stack.database.db, order.id, ({ status }) => status === 'credited');
  const { id } = await until(
    () => cardOf(stack.database.db, accountId),
    ({ createdAt }) => createdAt.getTime() > Date.now() - 5_000,
  );
  return id;
}
