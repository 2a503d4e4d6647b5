import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listPeriods } from '../../db/subscription-periods.ts';
import { buyPlan, drift, livePlan, makeSandbox, moveTo, poolsOf } from '../support/subscriptions.ts';
import { startTopUpStack, type TopUpStack } from '../support/top-ups.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const DAY_MS = 24 * 3600 * 1000;
const usd = (dollars: number) => BigInt(dollars) * 1_000_000_000n;

async function sandboxCustomer(): Promise<string> {
  const { accountId } = await stack.api.customer();
  await makeSandbox(stack.database.db, accountId);
  return accountId;
}

describe('a plan that is bought by card', () => {
  it('is active with base, bonus and backup as postings of their own', async () => {
    const { accountId } = await stack.api.customer();
    const order = await buyPlan(stack, accountId, { planId: 'premium' });
    expect(order).toMatchObject({ status: 'credited', fulfilledAs: 'activate', creditedNanos: usd(25) });
    const live = await livePlan(stack.database.db, accountId);
    expect(live).toMatchObject({ planId: 'premium', status: 'active', renewal: 'pull', periodIndex: 0 });
    expect(await poolsOf(stack.database.db, accountId)).toMatchObject({ main: usd(30), backup: usd(75) });
    const { rows } = await stack.database.db.raw(
      `select idempotency_key as key, amount_nanos as nanos from ledger_transfers where account_id = ? order by 1`,
      [accountId],
    );
    expect(rows).toEqual([
      { key: `grant:${live.id}:0:backup`, nanos: usd(75) },
      { key: `grant:${live.id}:0:base`, nanos: usd(25) },
      { key: `grant:${live.id}:0:bonus`, nanos: usd(5) },
      { key: `purchase:${order.id}`, nanos: usd(25) },
    ]);
    expect(await drift(stack.database.db)).toEqual([]);
  });

  it('renews each month for a year from the saved card', async () => {
    const accountId = await sandboxCustomer();
    await buyPlan(stack, accountId, { planId: 'starter' });
    const { anchorAt } = await livePlan(stack.database.db, accountId);
    const { steps } = await moveTo(stack, accountId, new Date(anchorAt.getTime() + 366 * DAY_MS));
    const live = await livePlan(stack.database.db, accountId);
    expect(live).toMatchObject({ periodIndex: 12, status: 'active' });
    expect(steps).toBeLessThanOrEqual(13);
    const periods = await listPeriods(stack.database.db, accountId, 50);
    expect(periods.map(({ status, paidBy, bonusNanos }) => [status, paidBy, bonusNanos])).toEqual([
      ...Array.from({ length: 12 }, () => ['granted', 'charge', usd(2)]),
      ['granted', 'order', usd(2)],
    ]);
    expect(await poolsOf(stack.database.db, accountId)).toMatchObject({ main: usd(12), backup: usd(30) });
    expect(await drift(stack.database.db)).toEqual([]);
  }, 120_000);
});
