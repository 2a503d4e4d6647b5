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

interface LoggedCall {
  accountId: string;
  at: string;
  model?: string;
  keyId?: string;
}

async function log({ accountId, at, model = 'gpt-5', keyId = uuidv7() }: LoggedCall): Promise<string> {
  const id = uuidv7({ msecs: Date.parse(at) });
  await database.db.raw(
    `insert into usage_events (id, account_id, api_key_id, model_id, route, streamed, outcome, started_at,
       input_tokens, cache_read_tokens, charge_nanos, main_nanos, wallet_nanos, price_version)
     values (:id, :accountId, :keyId, :model, '/v1/chat/completions', true, 'finished', :at,
       9007199254740993, 7, 30, 10, 20, 4)`,
    { id, accountId, keyId, model, at },
  );
  return id;
}

async function listed(cookie: string, query: string): Promise<string[]> {
  const { body } = await api.request('GET', `/api/usage${query}`, { cookie });
  return body.items.map((call: { trace_id: string }) => call.trace_id);
}

describe('the usage log', () => {
  it('shows a call with its exact tokens, its charge and the pools that paid', async () => {
    const { accountId, cookie } = await api.customer();
    const made = await api.request('POST', '/api/keys', { cookie, body: { name: 'laptop' } });
    const id = await log({ accountId, at: '2026-11-01T10:00:00.000Z', keyId: made.body.id });
    const { body } = await api.request('GET', `/api/usage/${id}`, { cookie });
    expect(body).toMatchObject({
      trace_id: id,
      key_name: 'laptop',
      input_tokens: '9007199254740993',
      cache_read_tokens: '7',
      charge_usd: '0.00000003',
      paid_from: { main_usd: '0.00000001', wallet_usd: '0.00000002', backup_usd: '0.00' },
      price_version: '4',
      started_at: '2026-11-01T10:00:00.000Z',
      first_byte_ms: null,
    });
  });

  it('is walked page by page without a gap while calls arrive', async () => {
    const { accountId, cookie } = await api.customer();
    const ids: string[] = [];
    for (let minute = 10; minute < 15; minute++)
      ids.unshift(await log({ accountId, at: `2026-11-01T10:${minute}:00.000Z` }));
    const first = await api.request('GET', '/api/usage?limit=2', { cookie });
    await log({ accountId, at: '2026-11-01T11:00:00.000Z' });
    const second = await api.request('GET', `/api/usage?limit=2&cursor=${first.body.next_cursor}`, {
      cookie,
    });
    const third = await api.request('GET', `/api/usage?limit=2&cursor=${second.body.next_cursor}`, {
      cookie,
    });
    const walked = [first, second, third].flatMap(({ body }) => body.items);
    expect(walked.map((call) => call.trace_id)).toEqual(ids);
    expect(third.body.next_cursor).toBeNull();
  });

  it('ends with the last full page, without an empty one behind it', async () => {
    const { accountId, cookie } = await api.customer();
    for (const second of ['01', '02']) await log({ accountId, at: `2026-11-01T10:00:${second}.000Z` });
    const { body } = await api.request('GET', '/api/usage?limit=2', { cookie });
    expect([body.items.length, body.next_cursor]).toEqual([2, null]);
  });

  it('is filtered by model, key and time; the end is exclusive and may be in any zone', async () => {
    const { accountId, cookie } = await api.customer();
    const keyId = uuidv7();
    const early = await log({ accountId, at: '2026-11-01T10:00:00.000Z', keyId });
    const late = await log({ accountId, at: '2026-11-01T11:00:00.000Z', model: 'claude-5' });
    expect(await listed(cookie, '?model=claude-5')).toEqual([late]);
    expect(await listed(cookie, `?key_id=${keyId}`)).toEqual([early]);
    expect(await listed(cookie, '?from=2026-11-01T11:00:00Z')).toEqual([late]);
    expect(await listed(cookie, '?to=2026-11-01T11:00:00Z')).toEqual([early]);
    expect(await listed(cookie, '?to=2026-11-01T12:00:00%2B01:00')).toEqual([early]);
    expect(await listed(cookie, '?from=2026-11-01T10:00:00Z&to=2026-11-01T11:00:00.001Z')).toEqual([
      late,
      early,
    ]);
  });

  it('of another account is not there', async () => {
    const [owner, stranger] = [await api.customer(), await api.customer()];
    const id = await log({ accountId: owner.accountId, at: '2026-11-01T10:00:00.000Z' });
    const answer = await api.request('GET', `/api/usage/${id}`, { cookie: stranger.cookie });
    expect([answer.status, answer.body.error.code]).toEqual([404, 'not_found']);
    expect(await listed(stranger.cookie, '')).toEqual([]);
  });
});

describe('the models', () => {
  it('are listed with the price that this account pays: the latest, times both multipliers', async () => {
    const { accountId, cookie } = await api.customer();
    await database.db.raw(`insert into models (id, free, enabled) values
      ('gpt-5', false, true), ('gift', true, true), ('retired', false, false), ('unpriced', false, true),
      ('dall-e-3', false, true)`);
    await database.db.raw(`insert into model_prices (model_id, effective_from, input_nanos, output_nanos, multiplier_ppm) values
      ('gpt-5', now() - interval '2 days', 1, 1, 1000000), ('gpt-5', now() - interval '1 day', 150000000, 600000000, 2000000),
      ('gpt-5', now() + interval '1 day', 5, 5, 1000000), ('retired', now(), 9, 9, 1000000)`);
    await database.db.raw(`with price as (insert into model_prices (model_id, per_call_nanos) values
      ('dall-e-3', 10000000) returning version)
      insert into model_unit_prices (version, unit, nanos_per_million)
      select version, 'image:1024x1024', 40000000000000 from price`);
    await database.db.raw(`insert into price_groups (id, multiplier_ppm) values ('friends', 500000)`);
    await database.db.raw(`update accounts set price_group = 'friends' where id = ?`, [accountId]);
    const { body } = await api.request('GET', '/api/models', { cookie });
    const nothing = {
      input_usd_per_million: '0.00',
      output_usd_per_million: '0.00',
      cache_read_usd_per_million: '0.00',
      per_call_usd: '0.00',
      units: [],
    };
    expect(body.items).toEqual([
      {
        ...nothing,
        id: 'dall-e-3',
        free: false,
        per_call_usd: '0.005',
        units: [{ unit: 'image:1024x1024', usd: '0.02' }],
      },
      { ...nothing, id: 'gift', free: true },
      {
        ...nothing,
        id: 'gpt-5',
        free: false,
        input_usd_per_million: '0.15',
        output_usd_per_million: '0.60',
        cache_read_usd_per_million: '0.15',
      },
    ]);
  });
});
