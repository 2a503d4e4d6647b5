import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  cancelSubscriptionUpdate,
  grantPeriodUpdate,
  resumeSubscriptionUpdate,
  retryChargeUpdate,
  scheduleSwitchUpdate,
  skipPeriodUpdate,
} from '../../workflows/contract.ts';
import { ask, attempts, cardOf, moveToEnd, periodsOf, sandboxAccount, usd } from '../support/sandbox.ts';
import { buyPlan, drift, livePlan, poolsOf } from '../support/subscriptions.ts';
import { startTopUpStack, type TopUpStack } from '../support/top-ups.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterEach(async () => expect(await drift(stack.database.db)).toEqual([]));
afterAll(() => stack.stop(), 60_000);

const support = { requestedBy: 'sam', reason: 'paid by bank transfer, receipt 77' };

/** A plan whose renewal was declined. */
async function pastDue(): Promise<string> {
  const accountId = await sandboxAccount(stack);
  await buyPlan(stack, accountId, { planId: 'starter' });
  const { methodRef } = await cardOf(stack.database.db, accountId);
  await stack.simulator.control.cardAnswers(methodRef, 'declined');
  await moveToEnd(stack, accountId, 0.2);
  return accountId;
}

async function audited(accountId: string) {
  const { rows } = await stack.database.db.raw(
    'select action, actor, reason from audit_log where account_id = ? order by id',
    [accountId],
  );
  return rows;
}

describe('support', () => {
  it('grants a month by hand: its credits, no charge, and an entry that says why', async () => {
    const accountId = await pastDue();
    await ask(stack, accountId, grantPeriodUpdate, support);
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({ periodIndex: 1, status: 'active' });
    expect(await poolsOf(stack.database.db, accountId)).toMatchObject({ main: usd(12), backup: usd(30) });
    expect((await periodsOf(stack.database.db, accountId))[1]).toMatchObject({
      status: 'granted',
      paidBy: 'by_hand',
    });
    expect(await audited(accountId)).toEqual([
      { action: 'subscription.grant_period', actor: 'sam', reason: support.reason },
    ]);
    await expect(ask(stack, accountId, grantPeriodUpdate, support)).rejects.toMatchObject({
      cause: { type: 'invalid_request' },
    });
  }, 60_000);

  it('skips a month: its place in the calendar, no credits, no charge', async () => {
    const accountId = await pastDue();
    const { periodEnd } = await livePlan(stack.database.db, accountId);
    await ask(stack, accountId, skipPeriodUpdate, support);
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({
      periodIndex: 1,
      status: 'active',
      periodStart: periodEnd,
      priceNanos: 0n,
    });
    expect((await periodsOf(stack.database.db, accountId))[1]).toMatchObject({
      status: 'skipped',
      reason: support.reason,
      baseNanos: 0n,
    });
    expect((await poolsOf(stack.database.db, accountId)).main).toBe(0n);
    expect(await audited(accountId)).toMatchObject([{ action: 'subscription.skip_period' }]);
    const { methodRef } = await cardOf(stack.database.db, accountId);
    await stack.simulator.control.cardAnswers(methodRef, 'ok');
    await moveToEnd(stack, accountId, 0.1);
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({
      periodIndex: 2,
      priceNanos: usd(10),
    });
    expect(await poolsOf(stack.database.db, accountId)).toMatchObject({ main: usd(12), backup: usd(30) });
  }, 60_000);

  it('tries the card at once, whatever the ladder says', async () => {
    const accountId = await pastDue();
    await ask(stack, accountId, retryChargeUpdate, { requestedBy: 'sam' });
    expect(await attempts(stack.database.db, accountId)).toHaveLength(2);
    const { methodRef } = await cardOf(stack.database.db, accountId);
    await stack.simulator.control.cardAnswers(methodRef, 'ok');
    await ask(stack, accountId, retryChargeUpdate, { requestedBy: 'sam' });
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({ periodIndex: 1 });
    expect(await audited(accountId)).toHaveLength(2);
  }, 60_000);

  it.each([
    ['without a name', { requestedBy: ' ', reason: 'x' }],
    ['without a reason', { requestedBy: 'sam', reason: '' }],
  ])(
    'is refused %s, and nothing happens',
    async (_, request) => {
      const accountId = await pastDue();
      await expect(ask(stack, accountId, grantPeriodUpdate, request)).rejects.toThrow();
      expect(await livePlan(stack.database.db, accountId)).toMatchObject({ periodIndex: 0 });
      expect(await audited(accountId)).toEqual([]);
    },
    60_000,
  );

  it('charges no card for a plan that is paid by hand', async () => {
    const accountId = await sandboxAccount(stack);
    await buyPlan(stack, accountId, { planId: 'starter', renewal: 'invoice' });
    await moveToEnd(stack, accountId, 0.2);
    await expect(ask(stack, accountId, retryChargeUpdate, support)).rejects.toMatchObject({
      cause: { type: 'invalid_request' },
    });
    expect(await attempts(stack.database.db, accountId)).toEqual([]);
  }, 60_000);

  it('sees who cancelled a plan, who resumed it and who switches it', async () => {
    const accountId = await sandboxAccount(stack);
    await buyPlan(stack, accountId, { planId: 'starter' });
    await ask(stack, accountId, cancelSubscriptionUpdate, { requestedBy: 'customer' });
    await ask(stack, accountId, cancelSubscriptionUpdate, { requestedBy: 'customer' });
    await ask(stack, accountId, resumeSubscriptionUpdate, { requestedBy: 'sam' });
    await ask(stack, accountId, scheduleSwitchUpdate, { requestedBy: 'customer', planId: 'premium' });
    expect(await audited(accountId)).toEqual([
      { action: 'subscription.cancel', actor: 'customer', reason: null },
      { action: 'subscription.resume', actor: 'sam', reason: null },
      { action: 'subscription.schedule_switch', actor: 'customer', reason: null },
    ]);
  }, 60_000);

  it('can do none of it before something is due', async () => {
    const accountId = await sandboxAccount(stack);
    await buyPlan(stack, accountId, { planId: 'starter' });
    const refused = { cause: { type: 'invalid_request' } };
    await expect(ask(stack, accountId, grantPeriodUpdate, support)).rejects.toMatchObject(refused);
    await expect(ask(stack, accountId, skipPeriodUpdate, support)).rejects.toMatchObject(refused);
    await expect(ask(stack, accountId, retryChargeUpdate, support)).rejects.toMatchObject(refused);
  }, 60_000);
});
