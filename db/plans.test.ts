import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import {
  addPlanVersion,
  currentPlanVersion,
  findPlan,
  findPlanVersion,
  listPlans,
  listPlanVersions,
  lockPlan,
  type NewPlanTerms,
} from './plans.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const usd = (dollars: number) => BigInt(dollars) * 1_000_000_000n;
const reprice = (planId: string, change: Partial<NewPlanTerms>) =>
  database.db.transaction(async (trx) => {
    const plan = await lockPlan(trx, planId);
    if (!plan) throw new Error('no such plan');
    return addPlanVersion(trx, planId, { ...plan.current, ...change });
  });

describe('plans', () => {
  it('are those of the specification, cheapest first', async () => {
    const plans = await listPlans(database.db);
    expect(plans.map(({ name, current }) => [name, current.priceNanos, current.baseNanos])).toEqual([
      ['Free', 0n, 0n],
      ['Starter', usd(10), usd(10)],
      ['Premium', usd(25), usd(25)],
      ['Pro', usd(50), usd(50)],
      ['Master', usd(100), usd(100)],
      ['Ultra', usd(200), usd(200)],
    ]);
    expect(plans[1]).toMatchObject({
      id: 'starter',
      enabled: true,
      current: {
        planId: 'starter',
        bonusPercent: 20,
        backupNanos: usd(30),
        backupRefill: 'every_period',
        dailyCapNanos: usd(1),
        dailyCapRequests: null,
        weeklyCapNanos: usd(3),
        budgetNanos: usd(100),
        requestsPerMinute: 20,
        tokensPerMinute: null,
        modelAccess: 'all',
      },
    });
  });

  it('have the terms of their time: those before an edit stay what they were', async () => {
    const before = await currentPlanVersion(database.db, 'pro', new Date());
    const edited = await reprice('pro', { priceNanos: usd(60), tokensPerMinute: 2n ** 40n });
    expect(edited).toEqual({
      ...before,
      version: edited.version,
      effectiveFrom: edited.effectiveFrom,
      priceNanos: usd(60),
      tokensPerMinute: 2n ** 40n,
    });
    const justBefore = new Date(edited.effectiveFrom.getTime() - 1);
    expect(await currentPlanVersion(database.db, 'pro', justBefore)).toEqual(before);
    expect(await currentPlanVersion(database.db, 'pro', edited.effectiveFrom)).toEqual(edited);
    expect(await findPlanVersion(database.db, before.version)).toEqual(before);
    const priceOf = async (at: Date) =>
      (await listPlans(database.db, at)).find(({ id }) => id === 'pro')?.current.priceNanos;
    expect([await priceOf(justBefore), await priceOf(edited.effectiveFrom)]).toEqual([usd(50), usd(60)]);
  });

  it('count the last of several edits of one moment, whatever the clock did', async () => {
    await database.db.raw(
      `insert into plan_versions (plan_id, effective_from, price_nanos, model_access)
       values ('master', now() + interval '1 hour', 1, 'all')`,
    );
    const edited = await reprice('master', { priceNanos: 2n });
    const inTwoHours = new Date(Date.now() + 2 * 3_600_000);
    expect((await currentPlanVersion(database.db, 'master', inTwoHours)).version).toBe(edited.version);
    expect((await listPlanVersions(database.db))[0]?.version).toBe(edited.version);
  });

  it('are edited one after the other: the second sees what the first has added', async () => {
    const seen = await Promise.all(
      [1, 2, 3, 4].map(() =>
        database.db.transaction(async (trx) => {
          const plan = await lockPlan(trx, 'ultra');
          if (!plan) throw new Error('no such plan');
          const { current } = plan;
          return addPlanVersion(trx, 'ultra', { ...current, priceNanos: current.priceNanos + 1n });
        }),
      ),
    );
    expect(seen.map(({ priceNanos }) => priceNanos - usd(200)).sort()).toEqual([1n, 2n, 3n, 4n]);
  });

  it('that nobody has are not found', async () => {
    expect(await findPlan(database.db, 'gold')).toBeUndefined();
    expect(await database.db.transaction((trx) => lockPlan(trx, 'gold'))).toBeUndefined();
    const notFound = { code: 'not_found' };
    await expect(currentPlanVersion(database.db, 'gold', new Date())).rejects.toMatchObject(notFound);
    await expect(findPlanVersion(database.db, 999_999n)).rejects.toMatchObject(notFound);
  });
});
