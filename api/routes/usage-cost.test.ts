import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';

let database: TestDatabase;
let api: TestApi;
let version: bigint;

beforeAll(async () => {
  database = await testDatabase();
  api = await startTestApi({ databaseUrl: database.url });
  await database.db.raw(`insert into models (id) values ('gpt-5')`);
  const { rows } = await database.db.raw(
    `insert into model_prices (model_id, input_nanos, output_nanos, multiplier_ppm)
     values ('gpt-5', 150000000, 600000000, 2000000) returning version`,
  );
  version = rows[0].version;
  await database.db.raw(`insert into model_unit_prices values (?, 'image', 40000000000000)`, [
    String(version),
  ]);
  await database.db.raw(`insert into price_groups (id, multiplier_ppm) values ('friends', 500000)`);
});
afterAll(async () => {
  await api.stop();
  await database.drop();
});

interface Logged {
  accountId: string;
  charge: bigint;
  input?: number;
  cached?: number;
  units?: object;
  at?: Date;
  priced?: boolean;
}

async function log({ accountId, charge, at = new Date(), priced = true, ...used }: Logged): Promise<string> {
  const id = uuidv7();
  await database.db.raw(
    `insert into usage_events (id, account_id, api_key_id, model_id, route, streamed, outcome, started_at,
       input_tokens, cache_read_tokens, units, charge_nanos, wallet_nanos, price_version)
     values (:id, :accountId, :id, 'gpt-5', '/v1/chat/completions', true, 'finished', :at,
       :input, :cached, :units, :charge, :charge, :version)`,
    {
      id,
      accountId,
      at,
      input: used.input ?? 0,
      cached: used.cached ?? 0,
      units: used.units ? JSON.stringify(used.units) : null,
      charge: String(charge),
      version: priced ? String(version) : null,
    },
  );
  return id;
}

const costOf = async (cookie: string, id: string) =>
  (await api.request('GET', `/api/usage/${id}`, { cookie })).body.cost;

describe('the cost of a call', () => {
  it('is told line by line, with the price that was valid, and sums to the charge', async () => {
    const { accountId, cookie } = await api.customer();
    // 1001 × 0.15 + 3 × 0.15 a million, plus two images of $40 a thousand, times two.
    const id = await log({
      accountId,
      input: 1001,
      cached: 3,
      units: { 'image:1024x1024': 2 },
      charge: 160_301_200n,
    });
    await database.db.raw(`insert into model_prices (model_id, input_nanos) values ('gpt-5', 1)`);
    expect(await costOf(cookie, id)).toEqual({
      lines: [
        { item: 'input', quantity: '1001', unit_price_usd: '0.15', per: '1000000', amount_usd: '0.00015015' },
        {
          item: 'cache_read',
          quantity: '3',
          unit_price_usd: '0.15',
          per: '1000000',
          amount_usd: '0.00000045',
        },
        { item: 'image:1024x1024', quantity: '2', unit_price_usd: '0.04', per: '1', amount_usd: '0.08' },
      ],
      list_usd: '0.0801506',
      model_multiplier: '2.00',
      group_multiplier: '1.00',
      exact_usd: '0.1603012',
      total_usd: '0.1603012',
    });
  });

  it('names the group multiplier of its time, whatever group or multiplier came later', async () => {
    const { accountId, cookie } = await api.customer();
    const join = (group: string) =>
      database.db.raw('update accounts set price_group = ? where id = ?', [group, accountId]);
    const setFriends = (ppm: number) =>
      database.db.raw(`update price_groups set multiplier_ppm = ? where id = 'friends'`, [ppm]);
    await join('friends');
    const atHalf = await log({ accountId, input: 1_000_000, charge: 150_000_000n });
    await setFriends(250_000);
    // A call's instant has no fractions of a millisecond, the change has.
    await sleep(2);
    const atQuarter = await log({ accountId, input: 1_000_000, charge: 75_000_000n });
    // A proxy may not have heard of the change yet.
    const late = await log({ accountId, input: 1_000_000, charge: 150_000_000n });
    await join('default');
    const multipliers = [];
    for (const id of [atHalf, atQuarter, late])
      multipliers.push((await costOf(cookie, id))?.group_multiplier ?? null);
    expect(multipliers).toEqual(['0.50', '0.25', '0.50']);
  });

  it('is not told where no price was named, rather than told wrong', async () => {
    const { accountId, cookie } = await api.customer();
    expect(await costOf(cookie, await log({ accountId, charge: 0n, priced: false }))).toBeNull();
    expect(await costOf(cookie, await log({ accountId, charge: 1n, input: 1_000_000 }))).toBeNull();
  });
});
