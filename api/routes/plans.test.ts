import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { type GivenPlan, givePlan } from '../../test/support/plan-rows.ts';

let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await testDatabase();
  api = await startTestApi({ databaseUrl: database.url });
});
afterAll(async () => {
  await api.stop();
  await database.drop();
});

async function actionsWith(plan?: GivenPlan): Promise<Record<string, string>> {
  const { accountId, cookie } = await api.customer();
  if (plan) await givePlan(database.db, accountId, plan);
  const { status, body } = await api.request('GET', '/api/plans', { cookie });
  expect(status).toBe(200);
  return Object.fromEntries(body.items.map((one: any) => [one.id, `${one.action} ${one.pass_action}`]));
}

describe('GET /api/plans', () => {
  it('shows the table of plans to anybody, in order', async () => {
    const { status, body } = await api.request('GET', '/api/plans');
    expect([status, body.current_plan_id]).toEqual([200, null]);
    expect(body.items.map(({ id }: any) => id)).toEqual([
      'free',
      'starter',
      'premium',
      'pro',
      'master',
      'ultra',
    ]);
    expect(body.items[2]).toEqual({
      id: 'premium',
      name: 'Premium',
      price_usd: '25.00',
      pass_price_usd: '25.00',
      base_credits: '2500',
      bonus_percent: 20,
      monthly_credits: '3000',
      backup_credits: '7500',
      backup_refill: 'every_period',
      daily_cap_credits: '250',
      daily_cap_requests: null,
      weekly_cap_credits: '750',
      budget_usd: '250.00',
      requests_per_minute: 40,
      tokens_per_minute: null,
      model_access: 'all',
      action: 'buy',
      pass_action: 'buy',
    });
    expect(body.items[0]).toMatchObject({ daily_cap_requests: 1000, action: 'none', pass_action: 'none' });
  });

  it('says what an account without a plan can do', async () => {
    expect(await actionsWith()).toMatchObject({ free: 'current none', premium: 'buy buy' });
  });

  it('says what an account with a plan can do', async () => {
    expect(await actionsWith({ planId: 'premium' })).toMatchObject({
      free: 'none none',
      starter: 'downgrade none',
      premium: 'current none',
      pro: 'upgrade none',
    });
    expect(await actionsWith({ planId: 'premium', cancelled: true })).toMatchObject({
      premium: 'resume none',
    });
    expect(await actionsWith({ planId: 'premium', kind: 'pass' })).toMatchObject({
      starter: 'downgrade switch',
      premium: 'upgrade append',
      pro: 'upgrade switch',
    });
  });

  it('takes a plan whose time is over for gone before anybody has written that down', async () => {
    const over = { planId: 'premium', kind: 'pass', daysAgo: 31 } as const;
    expect(await actionsWith(over)).toMatchObject({ free: 'current none', premium: 'buy buy' });
  });

  it('hides what is not sold, but not from who has it', async () => {
    await database.db.raw("update plans set enabled = false where id = 'master'");
    expect(await actionsWith()).not.toHaveProperty('master');
    expect(await actionsWith({ planId: 'master' })).toMatchObject({ master: 'current none' });
    await database.db.raw("update plans set enabled = true where id = 'master'");
  });
});
