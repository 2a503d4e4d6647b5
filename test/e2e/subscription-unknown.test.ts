import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { findUndecidedCharge } from '../../db/charges.ts';
import { cancelSubscriptionUpdate, retryChargeUpdate } from '../../workflows/contract.ts';
import {
  ask,
  cardOf,
  lastPlan,
  moneyIn,
  moveToEnd,
  periodsOf,
  sandboxAccount,
  usd,
  walletNanos,
} from '../support/sandbox.ts';
import { buyPlan, drift, livePlan, poolsOf } from '../support/subscriptions.ts';
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

const charges = { method: 'POST', path: '/v1/payment_intents' } as const;

async function starter(): Promise<string> {
  const accountId = await sandboxAccount(stack);
  await buyPlan(stack, accountId, { planId: 'starter' });
  return accountId;
}

function untilRenewed(accountId: string) {
  return until(
    () => livePlan(stack.database.db, accountId),
    ({ periodIndex }) => periodIndex === 1,
    30_000,
  );
}

async function takenOf(accountId: string): Promise<number> {
  const { rows } = await stack.database.db.raw('select 1 from charges where account_id = ?', [accountId]);
  return rows.length;
}

// Stripe's SDK itself repeats a request once whose connection breaks.
describe('a charge whose answer is lost', () => {
  it.each([
    ['the connection breaks after it was made', { kind: 'cut_after', times: 2 }],
    ['the provider answers 500 after it was made', { kind: 'error_after', status: 500 }],
    ['the provider answers too late', { kind: 'hang_after', ms: 11_000 }],
    ['the connection breaks before it was made', { kind: 'cut_before', times: 2 }],
    ['the provider answers 500 without making it', { kind: 'error_before', status: 500 }],
    ['too many requests are under way', { kind: 'error_before', status: 429 }],
  ] as const)(
    'is asked about and made once, when %s',
    async (_, fault) => {
      const accountId = await starter();
      await stack.simulator.control.fault({ ...fault, ...charges });
      await moveToEnd(stack, accountId);
      await untilRenewed(accountId);
      expect(await takenOf(accountId)).toBe(1);
      expect(await periodsOf(stack.database.db, accountId)).toMatchObject([
        { status: 'granted' },
        { status: 'granted', paidBy: 'charge' },
      ]);
      expect(await poolsOf(stack.database.db, accountId)).toMatchObject({ main: usd(12) });
    },
    60_000,
  );

  it('is not made again while nobody can say, whatever support asks for, and benefits go on', async () => {
    const { db } = stack.database;
    const accountId = await starter();
    await stack.simulator.control.fault({ kind: 'error_after', status: 500, ...charges });
    await stack.simulator.control.fault({
      kind: 'error_before',
      method: 'GET',
      path: '/v1/payment_intents*',
      times: null,
    });
    // The webhook would tell at once.
    await stack.simulator.control.fault({ kind: 'drop', event_type: 'payment_intent.*', times: null });
    await moveToEnd(stack, accountId);
    const before = await findUndecidedCharge(db, accountId);
    expect(before).toMatchObject({ status: 'unknown', attempt: 0 });
    await ask(stack, accountId, retryChargeUpdate, { requestedBy: 'support' });
    await moveToEnd(stack, accountId, 2);
    expect(await takenOf(accountId)).toBe(1);
    expect(await livePlan(db, accountId)).toMatchObject({ periodIndex: 0 });
    expect(await poolsOf(db, accountId)).toMatchObject({ main: usd(12) });
    await stack.simulator.control.clearFaults();
    await moveToEnd(stack, accountId, 2.5);
    await untilRenewed(accountId);
    expect(await takenOf(accountId)).toBe(1);
  }, 60_000);

  it('and turns out to be paid after the plan was cancelled is balance', async () => {
    const { db } = stack.database;
    const accountId = await starter();
    await stack.simulator.control.fault({ kind: 'error_after', status: 500, ...charges });
    await stack.simulator.control.fault({
      kind: 'error_before',
      method: 'GET',
      path: '/v1/payment_intents*',
      times: null,
    });
    // The webhook would tell at once.
    await stack.simulator.control.fault({ kind: 'drop', event_type: 'payment_intent.*', times: null });
    await moveToEnd(stack, accountId);
    await ask(stack, accountId, cancelSubscriptionUpdate, { requestedBy: 'customer' });
    await stack.simulator.control.clearFaults();
    await until(
      async () => String(await walletNanos(db, accountId)),
      (nanos) => nanos === String(usd(10)),
      30_000,
    );
    await until(
      () => lastPlan(db, accountId),
      ({ status }) => status === 'ended',
    );
    expect(await lastPlan(db, accountId)).toMatchObject({ endedBecause: 'cancelled', periodIndex: 0 });
  }, 60_000);
});

describe('a charge that the bank decides later', () => {
  async function processing(): Promise<{ accountId: string; paymentRef: string }> {
    const accountId = await starter();
    const { methodRef } = await cardOf(stack.database.db, accountId);
    await stack.simulator.control.cardAnswers(methodRef, 'processing');
    await moveToEnd(stack, accountId);
    const charge = await findUndecidedCharge(stack.database.db, accountId);
    expect(charge).toMatchObject({ status: 'processing' });
    return { accountId, paymentRef: charge?.paymentRef ?? '' };
  }

  it('renews when the money arrives', async () => {
    const { accountId, paymentRef } = await processing();
    await stack.simulator.control.settleCharge(paymentRef);
    await untilRenewed(accountId);
    expect(await takenOf(accountId)).toBe(1);
  }, 60_000);

  it('climbs the ladder when it is refused in the end', async () => {
    const { db } = stack.database;
    const { accountId, paymentRef } = await processing();
    await stack.simulator.control.failCharge(paymentRef);
    await until(
      () => livePlan(db, accountId),
      ({ status }) => status === 'past_due',
    );
    const { methodRef } = await cardOf(db, accountId);
    await stack.simulator.control.cardAnswers(methodRef, 'ok');
    await moveToEnd(stack, accountId, 1.5);
    expect(await livePlan(db, accountId)).toMatchObject({ status: 'active', periodIndex: 1 });
    expect(await takenOf(accountId)).toBe(2);
  }, 60_000);

  it('renews although its webhook is lost', async () => {
    const { accountId, paymentRef } = await processing();
    await stack.simulator.control.fault({ kind: 'drop', event_type: 'payment_intent.*', times: null });
    await stack.simulator.control.settleCharge(paymentRef);
    await untilRenewed(accountId);
  }, 60_000);
});
