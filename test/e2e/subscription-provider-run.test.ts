import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cancelSubscriptionUpdate, resumeSubscriptionUpdate } from '../../workflows/contract.ts';
import {
  ask,
  lastPlan,
  mailsTo,
  moneyIn,
  moveToEnd,
  periodsOf,
  sandboxAccount,
  usd,
  walletNanos,
} from '../support/sandbox.ts';
import { buyPlan, drift, found, livePlan, orderPlan, poolsOf, untilOrder } from '../support/subscriptions.ts';
import { startTopUpStack, stripeKey, type TopUpStack } from '../support/top-ups.ts';
import { until } from '../support/until.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterEach(async () => {
  await stack.simulator.control.clearFaults();
  expect(await drift(stack.database.db)).toEqual([]);
  const { takenNanos, bookedNanos } = await moneyIn(stack, stripeKey);
  expect(bookedNanos).toBe(takenNanos);
});
afterAll(() => stack.stop(), 60_000);

/** A plan that the provider charges by itself. */
async function providerRun(planId = 'premium'): Promise<{ accountId: string; ref: string }> {
  const accountId = await sandboxAccount(stack);
  await buyPlan(stack, accountId, { planId, renewal: 'provider_run' });
  const { renewal, providerSubscriptionRef } = await livePlan(stack.database.db, accountId);
  expect(renewal).toBe('provider_run');
  return { accountId, ref: found(providerSubscriptionRef) };
}

function untilPeriod(accountId: string, index: number) {
  return until(
    () => livePlan(stack.database.db, accountId),
    ({ periodIndex }) => periodIndex === index,
  );
}

async function granted(accountId: string) {
  const periods = await periodsOf(stack.database.db, accountId);
  return periods.map(({ status, paidBy }) => `${status} ${paidBy}`);
}

const twice = ['granted order', 'granted provider_subscription'];

describe('a month that the provider charges by itself', () => {
  it('before the period ends is the next one, which begins on its day', async () => {
    const { accountId, ref } = await providerRun();
    await stack.simulator.control.chargePeriod(ref);
    await until(
      () => periodsOf(stack.database.db, accountId),
      (periods) => periods.length === 2,
    );
    expect(await granted(accountId)).toEqual(['granted order', 'paid provider_subscription']);
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({ periodIndex: 0 });
    await moveToEnd(stack, accountId);
    expect(await granted(accountId)).toEqual(twice);
    expect(await poolsOf(stack.database.db, accountId)).toMatchObject({ main: usd(30), backup: usd(75) });
  }, 60_000);

  it('in the grace renews at once, however often it is told', async () => {
    const { accountId, ref } = await providerRun();
    await moveToEnd(stack, accountId, 1);
    await stack.simulator.control.fault({ kind: 'duplicate', copies: 3, event_type: 'invoice.paid' });
    await stack.simulator.control.chargePeriod(ref);
    await untilPeriod(accountId, 1);
    for (const event of await stack.simulator.control.events('invoice.paid'))
      expect(await stack.simulator.control.redeliver(event.id, 2)).toEqual([200, 200]);
    await stack.simulator.control.delivered();
    expect(await granted(accountId)).toEqual(twice);
  }, 60_000);

  it('is found by asking when its webhooks are lost', async () => {
    const { accountId, ref } = await providerRun();
    await stack.simulator.control.fault({ kind: 'drop', event_type: '*', times: null });
    await stack.simulator.control.chargePeriod(ref);
    await moveToEnd(stack, accountId);
    await untilPeriod(accountId, 1);
    expect(await granted(accountId)).toEqual(twice);
  }, 60_000);

  it('each for half a year, is six periods', async () => {
    const { accountId, ref } = await providerRun('starter');
    for (let index = 1; index <= 6; index++) {
      await moveToEnd(stack, accountId);
      await stack.simulator.control.chargePeriod(ref);
      await untilPeriod(accountId, index);
    }
    expect((await granted(accountId)).slice(1)).toEqual(Array.from({ length: 6 }, () => twice[1]));
  }, 60_000);

  it('after our plan was switched away or ended is balance', async () => {
    const { accountId, ref } = await providerRun('starter');
    await stack.database.db.raw("update subscriptions set status = 'ended' where account_id = ?", [
      accountId,
    ]);
    await stack.simulator.control.chargePeriod(ref);
    await until(
      async () => String(await walletNanos(stack.database.db, accountId)),
      (nanos) => nanos === String(usd(10)),
    );
  }, 60_000);
});

describe('an order for such a plan that buys none any more', () => {
  it('is balance, and its provider charges it no more', async () => {
    const accountId = await sandboxAccount(stack);
    const wanted = { planId: 'premium', renewal: 'provider_run' } as const;
    const twin = await orderPlan(stack, accountId, wanted);
    await buyPlan(stack, accountId, wanted);
    const running = found((await livePlan(stack.database.db, accountId)).providerSubscriptionRef);

    await stack.simulator.control.fault({ kind: 'error_before', path: '/v1/subscriptions*', times: 3 });
    await stack.simulator.control.pay(found(twin.checkoutRef));
    const { providerSubscriptionRef } = await untilOrder(
      stack.database.db,
      twin.id,
      ({ status }) => status === 'credited',
    );
    expect(String(await walletNanos(stack.database.db, accountId))).toBe(String(usd(25)));
    await expect(stack.simulator.control.chargePeriod(found(providerSubscriptionRef))).rejects.toThrow();
    expect((await livePlan(stack.database.db, accountId)).renewal).toBe('provider_run');
    await stack.simulator.control.chargePeriod(running);
    await until(
      () => granted(accountId),
      (periods) => periods.length === 2,
    );
  }, 60_000);
});

describe('a plan whose provider', () => {
  it('does not charge ends after the grace, and is stopped there first', async () => {
    const { accountId, ref } = await providerRun();
    await stack.simulator.control.chargePeriod(ref, { outcome: 'declined' });
    await moveToEnd(stack, accountId, 2.9);
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({ periodIndex: 0 });
    await moveToEnd(stack, accountId, 3.1);
    expect(await lastPlan(stack.database.db, accountId)).toMatchObject({
      status: 'ended',
      endedBecause: 'unpaid',
    });
    expect(await mailsTo(stack, accountId)).toContain('Your Premium plan has ended');
    await expect(stack.simulator.control.chargePeriod(ref)).rejects.toThrow();
  }, 60_000);

  it('gives it up is paid by hand from then on', async () => {
    const { accountId, ref } = await providerRun();
    await stack.simulator.control.endSubscription(ref);
    await until(
      () => livePlan(stack.database.db, accountId),
      ({ renewal }) => renewal === 'invoice',
    );
    await moveToEnd(stack, accountId, -1);
    expect(await mailsTo(stack, accountId)).toHaveLength(1);
  }, 60_000);

  it('is down when it is cancelled is asked until it is certain', async () => {
    const { accountId, ref } = await providerRun();
    await stack.simulator.control.fault({ kind: 'error_before', path: '/v1/subscriptions*', times: 3 });
    await ask(stack, accountId, cancelSubscriptionUpdate, { requestedBy: 'customer' });
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({
      renewal: 'invoice',
      status: 'active',
    });
    await expect(stack.simulator.control.chargePeriod(ref)).rejects.toThrow();
    await ask(stack, accountId, resumeSubscriptionUpdate, { requestedBy: 'customer' });
    expect((await livePlan(stack.database.db, accountId)).cancelledAt).toBeNull();
    await moveToEnd(stack, accountId, -2);
    expect(await mailsTo(stack, accountId)).toHaveLength(1);
  }, 60_000);
});
