import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { expireLeftovers } from '../../db/expired-leftovers.ts';
import { connectMeter } from '../../db/metering.ts';
import { scheduleSwitchUpdate } from '../../workflows/contract.ts';
import { aHold, aSettlement } from '../support/calls.ts';
import { flush } from '../support/calls-in-flight.ts';
import {
  addPlanTerms,
  ask,
  lastPlan,
  moneyIn,
  moveBy,
  moveToEnd,
  periodsOf,
  sandboxAccount,
  spend,
  usd,
  walletNanos,
} from '../support/sandbox.ts';
import { buyPlan, drift, found, livePlan, orderPlan, poolsOf, untilOrder } from '../support/subscriptions.ts';
import { startTopUpStack, stripeKey, type TopUpStack } from '../support/top-ups.ts';

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

async function has(planId: string, renewal: 'pull' | 'provider_run' | 'invoice' = 'pull'): Promise<string> {
  const accountId = await sandboxAccount(stack);
  await buyPlan(stack, accountId, { planId, renewal });
  return accountId;
}

async function switchTo(accountId: string, planId: string) {
  const { id } = await livePlan(stack.database.db, accountId);
  return buyPlan(stack, accountId, { planId, kind: 'switch', subscriptionId: id });
}

// from, to, days, main spent, backup spent, credit: the table of the specification.
const table: [string, string, number, number, number, number][] = [
  ['starter', 'premium', 0, 0, 0, 9],
  ['starter', 'premium', 7, 3, 0, 7.5],
  ['starter', 'premium', 1, 12, 15, 1.25],
  ['pro', 'ultra', 14, 60, 30, 10],
  ['forty', 'fifty', 0, 0, 0, 10],
  ['pro', 'starter', 7, 0, 0, 0],
  ['starter', 'premium', 28, 0, 0, 0],
];

describe('a switch that is paid', () => {
  beforeAll(async () => {
    await addPlanTerms(stack.database.db, 'forty', 40);
    await addPlanTerms(stack.database.db, 'fifty', 50);
  });

  it.each(table)(
    'from %s to %s after %d days, %d and %d dollars spent, credits %d dollars',
    async (from, to, days, main, backup, credit) => {
      const { db } = stack.database;
      const accountId = await has(from);
      const old = await livePlan(db, accountId);
      // A little less, so that paying does not take it over the day.
      if (days > 0) await moveBy(stack, accountId, days - 0.0005);
      if (main > 0) await spend(db, accountId, 'main', usd(main));
      if (backup > 0) await spend(db, accountId, 'backup', usd(backup));
      const left = await poolsOf(db, accountId);
      const order = await switchTo(accountId, to);
      expect(order).toMatchObject({ fulfilledAs: 'switch' });
      const cents = (nanos: bigint) => Number(nanos / 10_000_000n);
      // Elapsed time decides some rows to the second: a cent more is the little less from above.
      expect(cents(await walletNanos(db, accountId))).toBeGreaterThanOrEqual(credit * 100);
      expect(cents(await walletNanos(db, accountId))).toBeLessThanOrEqual(credit * 100 + 2);
      const live = await livePlan(db, accountId);
      expect(live).toMatchObject({ planId: to, periodIndex: 0, status: 'active' });
      expect(live.id).not.toBe(old.id);
      const terms = await db.raw('select base_nanos, backup_nanos from plan_versions where version = ?', [
        live.planVersion.toString(),
      ]);
      expect(await poolsOf(db, accountId)).toMatchObject({
        main: (terms.rows[0].base_nanos * 6n) / 5n,
        backup: terms.rows[0].backup_nanos,
      });
      const { rows } = await db.raw(
        "select sum(amount_nanos)::bigint as nanos from ledger_transfers where reference = ? and kind = 'expiry'",
        [old.id],
      );
      expect(rows[0].nanos ?? 0n).toBe((left.main ?? 0n) + (left.backup ?? 0n));
    },
    60_000,
  );

  it('stops the old plan at its provider first, however long that is down', async () => {
    const accountId = await has('starter', 'provider_run');
    const ref = found((await livePlan(stack.database.db, accountId)).providerSubscriptionRef);
    await stack.simulator.control.fault({ kind: 'error_before', path: '/v1/subscriptions*', times: 4 });
    await switchTo(accountId, 'premium');
    expect(await walletNanos(stack.database.db, accountId)).toBe(usd(9));
    await expect(stack.simulator.control.chargePeriod(ref)).rejects.toThrow();
  }, 60_000);

  it('too little, too late, or twice, leaves a consistent plan and the rest as balance', async () => {
    const { db } = stack.database;
    const accountId = await has('starter');
    const { id } = await livePlan(db, accountId);
    const wanted = { planId: 'premium', kind: 'switch' as const, subscriptionId: id };
    const [little, one, two, late] = await Promise.all(
      [wanted, wanted, wanted, wanted].map((want) => orderPlan(stack, accountId, want)),
    );
    const pay = async (order: typeof one, options = {}) => {
      await stack.simulator.control.pay(order?.checkoutRef ?? '', options);
      return untilOrder(db, order?.id ?? '', ({ status }) => status === 'credited');
    };
    expect(await pay(little, { amount: 2000 })).toMatchObject({ fulfilledAs: 'wallet' });
    expect(await livePlan(db, accountId)).toMatchObject({ id });
    await stack.simulator.control.expire(late?.checkoutRef ?? '');
    await untilOrder(db, late?.id ?? '', ({ status }) => status === 'expired');
    expect(await livePlan(db, accountId)).toMatchObject({ id });
    const both = await Promise.all([pay(one), pay(two)]);
    expect(both.map(({ fulfilledAs }) => fulfilledAs).sort()).toEqual(['switch', 'wallet']);
    expect(await pay(late, { late: true })).toMatchObject({ fulfilledAs: 'wallet' });
    expect(await livePlan(db, accountId)).toMatchObject({ planId: 'premium' });
    expect(await walletNanos(db, accountId)).toBe(usd(20 + 9 + 25 + 25));
  }, 60_000);

  it('after the old plan has ended buys the new one', async () => {
    const { db } = stack.database;
    const accountId = await has('starter', 'invoice');
    const { id } = await livePlan(db, accountId);
    const order = await orderPlan(stack, accountId, { planId: 'pro', kind: 'switch', subscriptionId: id });
    await moveToEnd(stack, accountId, 4);
    expect(await lastPlan(db, accountId)).toMatchObject({ endedBecause: 'unpaid' });
    await stack.simulator.control.pay(order.checkoutRef ?? '');
    expect(await untilOrder(db, order.id, ({ status }) => status === 'credited')).toMatchObject({
      fulfilledAs: 'activate',
    });
    expect(await walletNanos(db, accountId)).toBe(0n);
  }, 60_000);
});

describe('calls in flight during a switch', () => {
  it('are paid by the pools that they were admitted on; what they leave expires', async () => {
    const { db, url } = stack.database;
    const accountId = await has('starter');
    const meter = await connectMeter(url, 10);
    const [small, large] = [usd(3), usd(2)].map((amountNanos) => aHold({ accountId, amountNanos }));
    await flush(meter, [], [found(small), found(large)]);
    const old = await livePlan(db, accountId);
    await switchTo(accountId, 'premium');
    // Held funds count as spent: 5 of 12 in main.
    expect(await walletNanos(db, accountId)).toBe(usd(6.87));
    const settle = (hold: typeof small, chargeNanos: bigint) =>
      aSettlement({ id: found(hold).id, accountId, chargeNanos });
    await flush(meter, [settle(small, usd(1)), settle(large, usd(2.5))], []);
    await expireLeftovers(db);
    await meter.end();
    const { rows } = await db.raw(
      'select posted_nanos as posted, held_nanos as held from ledger_accounts where id = any (?)',
      [[String(old.mainPoolId), String(old.backupPoolId)]],
    );
    expect(rows).toEqual([
      { posted: 0n, held: 0n },
      { posted: 0n, held: 0n },
    ]);
    // What the second call overran fell to the new plan.
    expect(await poolsOf(db, accountId)).toMatchObject({ main: usd(29.5), backup: usd(75) });
  }, 60_000);
});

describe('a plan that is scheduled for the period’s end', () => {
  it('begins then with terms and price of its own, and nothing is lost before', async () => {
    const { db } = stack.database;
    const accountId = await has('pro');
    await ask(stack, accountId, scheduleSwitchUpdate, { requestedBy: 'customer', planId: 'starter' });
    await moveToEnd(stack, accountId, -0.5);
    expect(await poolsOf(db, accountId)).toMatchObject({ main: usd(60), backup: usd(150) });
    const { periodEnd } = await livePlan(db, accountId);
    await moveToEnd(stack, accountId, 0.1);
    expect(await livePlan(db, accountId)).toMatchObject({
      planId: 'starter',
      periodIndex: 1,
      priceNanos: usd(10),
      nextPlanId: null,
      periodStart: periodEnd,
    });
    expect(await poolsOf(db, accountId)).toMatchObject({ main: usd(12), backup: usd(30) });
    await moveToEnd(stack, accountId, 0.1);
    expect((await periodsOf(db, accountId)).map(({ planId }) => planId)).toEqual([
      'pro',
      'starter',
      'starter',
    ]);
  }, 60_000);

  it('is refused for what is not sold, for the plan itself, and once the next period is fixed', async () => {
    const accountId = await has('starter', 'invoice');
    const schedule = (planId: string) =>
      ask(stack, accountId, scheduleSwitchUpdate, { requestedBy: 'customer', planId });
    const refusal = (type: string) => ({ cause: { type } });
    await expect(schedule('free')).rejects.toMatchObject(refusal('not_found'));
    await expect(schedule('starter')).rejects.toMatchObject(refusal('invalid_request'));
    await moveToEnd(stack, accountId, -2);
    await expect(schedule('pro')).rejects.toMatchObject(refusal('invalid_request'));
  }, 60_000);
});
