import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { givePlan } from '../../test/support/plan-rows.ts';

const token = 'a-token-of-the-scheduler';
let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await testDatabase();
  api = await startTestApi({ databaseUrl: database.url, environment: { BILLING_TOKEN: token } });
});
afterAll(async () => {
  await api.stop();
  await database.drop();
});

const run = (body: object, authorization = `Bearer ${token}`) =>
  api.request('POST', '/internal/billing-runs', { body, headers: { authorization } });

describe('POST /internal/billing-runs', () => {
  it('is not there where no token is set', async () => {
    const without = await startTestApi({ databaseUrl: database.url });
    const answer = await without.request('POST', '/internal/billing-runs', {
      body: {},
      headers: { authorization: 'Bearer undefined' },
    });
    await without.stop();
    expect([answer.status, answer.body.error.code]).toEqual([404, 'not_found']);
  });

  it.each([
    '',
    'Bearer ',
    'Bearer wrong',
    token,
    `Bearer ${token}x`,
    `Basic ${token}`,
    `Bearer ${token.slice(0, -1)}`,
  ])('refuses %j before it reads anything', async (authorization) => {
    const answer = await api.request('POST', '/internal/billing-runs', {
      raw: 'not json',
      headers: { authorization },
    });
    expect([answer.status, answer.body.error.code]).toEqual([401, 'unauthorized']);
  });

  it('does nothing ahead of time', async () => {
    const answer = await run({ as_of: new Date(Date.now() + 60_000).toISOString(), dry_run: true });
    expect([answer.status, answer.body.error.param]).toEqual([400, 'as_of']);
  });

  it('says that it could not be started while Temporal is down', async () => {
    expect((await run({})).body.error.code).toBe('temporal_unavailable');
  });
});

describe('a dry run', () => {
  const due: string[] = [];
  beforeAll(async () => {
    for (const [planId, given] of [
      ['starter', { daysAgo: 33, kind: 'pass' }],
      ['premium', { daysAgo: 32, cancelled: true }],
      ['pro', { daysAgo: 31, renewal: 'provider_run' }],
      ['master', { daysAgo: 1 }],
    ] as const) {
      const { accountId } = await api.customer();
      await givePlan(database.db, accountId, { planId, ...given });
      due.push(accountId);
    }
  });

  it('lists page by page what would be done, the longest waiting first', async () => {
    const first = await run({ dry_run: true, limit: 2 });
    expect(first).toMatchObject({ status: 200, body: { dry_run: true, workflow_id: null } });
    const second = await run({ dry_run: true, limit: 2, cursor: first.body.next_cursor });
    expect(second.body.next_cursor).toBeNull();
    const items = [...first.body.items, ...second.body.items];
    expect(items.map(({ account_id, step }: any) => [account_id, step])).toEqual([
      [due[0], 'End the plan (pass_over)'],
      [due[1], 'End the plan (cancelled)'],
      [due[2], 'Ask stripe whether it has charged $50.00'],
    ]);
  });

  it('is as of a moment, and of one account where that is asked', async () => {
    const asOf = new Date(Date.now() - 2.5 * 24 * 3_600_000).toISOString();
    expect((await run({ dry_run: true, as_of: asOf })).body.items).toHaveLength(1);
    expect((await run({ dry_run: true, account_id: due[1] })).body.items).toHaveLength(1);
    expect((await run({ dry_run: true, account_id: due[3] })).body.items).toEqual([]);
  });

  it('changes nothing', async () => {
    const { rows } = await database.db.raw(
      "select count(*)::integer as n from subscriptions where status = 'active'",
    );
    expect(rows[0].n).toBe(4);
  });

  it('refuses a cursor that it did not give', async () => {
    const answer = await run({ dry_run: true, cursor: 'bm9uc2Vuc2U' });
    expect([answer.status, answer.body.error.param]).toEqual([400, 'cursor']);
  });
});
