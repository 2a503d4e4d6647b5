import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';

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

async function log(accountId: string, at: string, charge: number, model = 'gpt-5', keyId = uuidv7()) {
  await database.db.raw(
    `insert into usage_events (id, account_id, api_key_id, model_id, route, streamed, outcome, started_at,
       input_tokens, cache_read_tokens, output_tokens, charge_nanos, wallet_nanos)
     values (:id, :accountId, :keyId, :model, '/', true, 'finished', :at, 5, 2, 3, :charge, :charge)`,
    { id: uuidv7({ msecs: Date.parse(at) }), accountId, keyId, model, at, charge },
  );
}

async function summary(cookie: string, query: string) {
  const { status, body } = await api.request('GET', `/api/usage/summary${query}`, { cookie });
  expect(status).toBe(200);
  return body;
}
const groups = (body: any) => body.items.map((item: any) => [item.group, item.calls, item.charge_usd]);

describe('the usage summary', () => {
  it('counts a call to the day of the account’s zone, also where a day has 25 hours or 23', async () => {
    const { accountId, cookie } = await api.customer();
    await api.request('PATCH', '/api/me', { cookie, body: { time_zone: 'Europe/Berlin' } });
    await log(accountId, '2026-10-24T21:59:59.999Z', 10);
    await log(accountId, '2026-10-24T22:00:00.000Z', 1);
    await log(accountId, '2026-10-25T22:59:59.999Z', 2);
    await log(accountId, '2026-10-25T23:00:00.000Z', 4);
    const body = await summary(cookie, '?from=2026-10-24T00:00:00%2B02:00&to=2026-10-27T00:00:00%2B01:00');
    expect(groups(body)).toEqual([
      ['2026-10-24', '1', '0.00000001'],
      ['2026-10-25', '2', '0.000000003'],
      ['2026-10-26', '1', '0.000000004'],
    ]);
    expect(body).toMatchObject({
      time_zone: 'Europe/Berlin',
      from: '2026-10-23T22:00:00.000Z',
      to: '2026-10-26T23:00:00.000Z',
      total: { calls: '4', input_tokens: '28', output_tokens: '12', charge_usd: '0.000000017' },
    });
    const spring = await summary(cookie, '?from=2026-03-28T00:00:00%2B01:00&to=2026-03-31T00:00:00%2B02:00');
    expect(groups(spring).map(([day]: [string]) => day)).toEqual(['2026-03-28', '2026-03-29', '2026-03-30']);
  });

  it('is of the last thirty days, each one listed, when nothing is asked for', async () => {
    const { accountId, cookie } = await api.customer();
    await log(accountId, new Date().toISOString(), 7);
    await log(accountId, new Date(Date.now() - 31 * 86_400_000).toISOString(), 100);
    const body = await summary(cookie, '');
    expect(body.items.length).toBe(30);
    expect(groups(body).at(-1)).toEqual([new Date().toISOString().slice(0, 10), '1', '0.000000007']);
    expect(body.total).toMatchObject({ calls: '1', charge_usd: '0.000000007' });
  });

  it('by model or by key comes with the largest charge first, and keys with their names', async () => {
    const { accountId, cookie } = await api.customer();
    const key = (await api.request('POST', '/api/keys', { cookie, body: { name: 'laptop' } })).body.id;
    const lost = uuidv7();
    const at = new Date().toISOString();
    await log(accountId, at, 1, 'small', key);
    await log(accountId, at, 5, 'large', lost);
    await log(accountId, at, 1, 'small', key);
    expect(groups(await summary(cookie, '?group_by=model'))).toEqual([
      ['large', '1', '0.000000005'],
      ['small', '2', '0.000000002'],
    ]);
    const byKey = await summary(cookie, '?group_by=key');
    expect(byKey.items).toMatchObject([
      { group: lost, label: null },
      { group: key, label: 'laptop' },
    ]);
    expect(groups(await summary(cookie, `?group_by=model&key_id=${key}`))).toEqual([
      ['small', '2', '0.000000002'],
    ]);
  });

  it('of an account without calls is zero, and never another’s', async () => {
    const { cookie } = await api.customer();
    const body = await summary(cookie, '?group_by=model');
    expect([body.items, body.total]).toEqual([
      [],
      { calls: '0', input_tokens: '0', output_tokens: '0', charge_usd: '0.00' },
    ]);
  });

  it.each([
    ['?group_by=hour', 'group_by'],
    ['?from=2020-01-01T00:00:00Z', 'from'],
    ['?from=0001-01-01T00:00:00Z&to=9999-12-31T00:00:00Z', 'from'],
    ['?to=soon', 'to'],
    ['?limit=1', 'limit'],
  ])('refuses %s', async (query, param) => {
    const { cookie } = await api.customer();
    const { status, body } = await api.request('GET', `/api/usage/summary${query}`, { cookie });
    expect([status, body.error.param]).toEqual([400, param]);
  });
});
