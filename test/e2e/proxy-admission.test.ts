import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type OpenAI from 'openai';
import { checkLedger } from '../../db/ledger-check.ts';
import { addKey, addPool, type FundedPool } from '../support/customers.ts';
import { addPlan, setPay2go, subscribe } from '../support/plans.ts';
import { startTestProxy, type TestCaller, type TestProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

let tollgate: TestProxy;
const messages = [{ role: 'user' as const, content: 'Hi' }];
// 5 tokens of its own and at most 10 out, at $1 and $2 a million: more than $0.00002, less than $0.0001.
const small = { model: 'gpt-4o', messages, max_tokens: 10 };
const dollars = (nanos: bigint) => nanos * 1_000_000_000n;

beforeAll(async () => {
  tollgate = await startTestProxy();
  await tollgate.database.db.raw(
    `insert into models (id, wallet_only, max_output_tokens) values ('gpt-wallet', true, 1000)`,
  );
  await tollgate.database.db.raw(
    `insert into upstream_models (model_id, upstream_id) values ('gpt-wallet', 'simulated')`,
  );
  await tollgate.database.db.raw(
    `insert into model_prices (model_id, input_nanos, output_nanos) values ('gpt-wallet', 1000000000, 2000000000)`,
  );
});
afterAll(async () => {
  const drift = (await checkLedger(tollgate.database.db)).filter(({ rows }) => rows.length > 0);
  await tollgate.stop();
  expect(drift).toEqual([]);
});

const call = ({ client }: { client: OpenAI }, body: Partial<typeof small> = {}) =>
  client.chat.completions.create({ ...small, ...body });

async function withoutPay2go(...pools: FundedPool[]): Promise<TestCaller> {
  const caller = await tollgate.caller(...pools);
  await setPay2go(tollgate.database.db, caller.accountId, false);
  return caller;
}

async function subscribed(
  terms: Parameters<typeof addPlan>[1],
  pools: FundedPool[],
  options: { pay2go?: boolean } = {},
): Promise<TestCaller> {
  const caller = await (options.pay2go ? tollgate.caller(...pools) : withoutPay2go(...pools));
  await subscribe(tollgate.database.db, caller.accountId, await addPlan(tollgate.database.db, terms));
  return caller;
}

const main = (nanos: bigint): FundedPool => ({ pool: 'main', nanos });
const wallet = (nanos: bigint): FundedPool => ({ pool: 'wallet', nanos });

describe('an account without a plan', () => {
  it('may call free models once a minute, and is told so in headers', async () => {
    const caller = await tollgate.caller();
    const { response } = await caller.client.chat.completions
      .create({ model: 'gpt-free', messages })
      .withResponse();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': expect.stringMatching(/^(1m0s|59(\.\d+)?s)$/),
    });
    const error = await call(caller, { model: 'gpt-free' }).catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'rate_limit_error' });
    expect(error.message).toMatch(/The Free plan allows 1 requests? a minute/);
    expect(Number(error.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(error.headers.get('x-ratelimit-remaining-requests')).toBe('0');
  });

  it('has no rate with money in its wallet, and calls every model', async () => {
    const caller = await tollgate.caller(wallet(dollars(1n)));
    for (const model of ['gpt-free', 'gpt-free', 'gpt-4o', 'gpt-4o', 'gpt-wallet'])
      expect((await call(caller, { model })).choices).toHaveLength(1);
  });

  it('is told what would unlock a model', async () => {
    const poor = await tollgate.caller();
    await expect(call(poor)).rejects.toMatchObject({
      status: 403,
      code: 'model_not_allowed',
      type: 'permission_error',
      message: expect.stringMatching(/subscribe to a plan that does, or top up your wallet/),
    });
    const proud = await withoutPay2go(wallet(dollars(1n)));
    await expect(call(proud)).rejects.toMatchObject({
      code: 'model_not_allowed',
      message: expect.stringMatching(/switch Pay2Go on/),
    });
  });

  it('whose wallet is spent lacks money, not a right', async () => {
    await expect(call(await tollgate.caller(wallet(0n)))).rejects.toMatchObject({
      status: 403,
      code: 'insufficient_balance',
    });
  });

  it('has a thousand calls a day', async () => {
    const { db } = tollgate.database;
    const caller = await withoutPay2go();
    await call(caller, { model: 'gpt-free' });
    await db.raw('update spend_windows set used = 1000 where account_id = ?', [caller.accountId]);
    // The rate would answer first.
    await db.raw("update plan_versions set requests_per_minute = null where plan_id = 'free'");
    const refusal = await until(
      () => call(caller, { model: 'gpt-free' }).catch((error) => error),
      ({ code }) => code === 'daily_cap_reached',
      2_000,
    );
    await db.raw("update plan_versions set requests_per_minute = 1 where plan_id = 'free'");
    await db.raw('update spend_windows set used = 1 where account_id = ?', [caller.accountId]);
    expect(refusal).toMatchObject({ status: 429, type: 'rate_limit_error' });
    const midnight = new Date().setUTCHours(24, 0, 0, 0);
    expect(refusal.message).toContain(`of 1000 calls`);
    expect(refusal.message).toContain(new Date(midnight).toISOString());
    expect(refusal.headers.get('x-ratelimit-reset')).toBe(String(midnight / 1000));
    expect(
      Math.abs(Number(refusal.headers.get('retry-after')) - (midnight - Date.now()) / 1000),
    ).toBeLessThan(5);
  });
});

describe('a subscriber', () => {
  it('is held to the rate of the plan without Pay2Go, and not with it', async () => {
    const caller = await subscribed({ requestsPerMinute: 2 }, [main(dollars(1n)), wallet(dollars(1n))]);
    await call(caller);
    await call(caller);
    await expect(call(caller)).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    await setPay2go(tollgate.database.db, caller.accountId, true);
    const answer = await until(
      () => call(caller).catch(() => undefined),
      (one) => one !== undefined,
      2_000,
    );
    // The lane lifts the limit; the plan still pays first.
    expect(await tollgate.usage(answer?._request_id ?? '')).toMatchObject({ wallet_nanos: 0n });
  });

  it('is held to the rate when the wallet that would lift it is empty', async () => {
    const caller = await subscribed({ requestsPerMinute: 1 }, [main(dollars(1n))], { pay2go: true });
    await call(caller);
    await expect(call(caller)).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
  });

  it('is held to tokens a minute by what calls may use, then by what they did', async () => {
    const caller = await subscribed({ tokensPerMinute: 1000 }, [main(dollars(1n))]);
    const body = { max_tokens: 800 };
    const { response } = await caller.client.chat.completions.create({ ...small, ...body }).withResponse();
    expect(response.headers.get('x-ratelimit-limit-tokens')).toBe('1000');
    expect(Number(response.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(200);
    // It said 20 tokens: the rest is there again.
    expect((await call(caller, body)).choices).toHaveLength(1);
    await expect(call(caller, { max_tokens: 890 })).rejects.toMatchObject({
      code: 'rate_limit_exceeded',
      message: expect.stringMatching(/1000 tokens a minute/),
    });
  });

  it('finds the pools closed by a cap until midnight where they live', async () => {
    const caller = await subscribed({ dailyCapNanos: 100_000n }, [main(dollars(1n)), wallet(dollars(1n))]);
    await tollgate.database.db.raw("update accounts set time_zone = 'Asia/Kolkata' where id = ?", [
      caller.accountId,
    ]);
    await call(caller);
    const error = await until(
      () => call(caller, { max_tokens: 40 }).catch((thrown) => thrown),
      ({ message }) => /18:30:00\.000Z/.test(message),
      2_000,
    );
    expect(error).toMatchObject({ status: 429, code: 'daily_cap_reached' });
    await setPay2go(tollgate.database.db, caller.accountId, true);
    const answer = await until(
      () => call(caller, { max_tokens: 40 }).catch(() => undefined),
      (one) => one !== undefined,
      2_000,
    );
    // The cap still holds for the plan's credits.
    const { rows } = await tollgate.database.db.raw(
      "select used from spend_windows where scope = 'daily_cap' and account_id = ?",
      [caller.accountId],
    );
    expect(answer?.choices).toHaveLength(1);
    expect(rows[0].used).toBeLessThanOrEqual(100_000n);
  });

  it('gets a shorter answer when the cap has room for one', async () => {
    const caller = await subscribed({ dailyCapNanos: 200_000n }, [main(dollars(1n))]);
    const answer = await caller.client.chat.completions.create({
      model: 'gpt-4o',
      messages,
      metadata: { simulate: '{"tokens":900}' },
    });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBeLessThan(100);
  });

  it.each([
    ['weekly_cap_reached', { weeklyCapNanos: 10_000n }, 7],
    ['plan_budget_exhausted', { budgetNanos: 5_000n }, 30],
  ] as const)('is told %s and when it resets', async (code, terms, days) => {
    const caller = await withoutPay2go(main(dollars(1n)));
    const startsAt = new Date(Date.now() - 3 * 24 * 3_600_000);
    const { db } = tollgate.database;
    await subscribe(db, caller.accountId, await addPlan(db, terms), { startsAt });
    const resetsAt = new Date(startsAt.getTime() + days * 24 * 3_600_000);
    const error = await call(caller).catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 429, code });
    expect(error.message).toContain(resetsAt.toISOString());
    expect(error.headers.get('x-ratelimit-reset')).toBe(String(Math.ceil(resetsAt.getTime() / 1000)));
  });

  it('pays from the wallet alone for a model outside every plan', async () => {
    const caller = await subscribed({}, [main(dollars(1n)), wallet(dollars(1n))], { pay2go: true });
    const answer = await call(caller, { model: 'gpt-wallet' });
    expect(await tollgate.usage(answer._request_id ?? '')).toMatchObject({ main_nanos: 0n });
    const rich = await subscribed({}, [main(dollars(1n))], { pay2go: true });
    await expect(call(rich, { model: 'gpt-wallet' })).rejects.toMatchObject({
      code: 'model_not_allowed',
      message: expect.stringMatching(/gpt-wallet is paid from the wallet only: top up your wallet\.$/),
    });
  });

  it('is Free a moment after the subscription ends, and at once when it ends by the clock', async () => {
    const { db } = tollgate.database;
    const ended = await subscribed({}, [main(dollars(1n))]);
    await call(ended);
    await db.raw("update subscriptions set status = 'ended' where account_id = ?", [ended.accountId]);
    await until(
      () => call(ended).catch(({ code }) => code),
      (code) => code === 'model_not_allowed',
      1_000,
    );
    const ending = await withoutPay2go(main(dollars(1n)));
    const startsAt = new Date(Date.now() - 3_600_000);
    const endsAt = new Date(Date.now() + 1_500);
    await subscribe(db, ending.accountId, await addPlan(db, {}), { startsAt, endsAt });
    await call(ending);
    await new Promise((resolve) => setTimeout(resolve, endsAt.getTime() - Date.now() + 20));
    await expect(call(ending)).rejects.toMatchObject({ code: 'model_not_allowed' });
  });
});

describe("a key's own limit", () => {
  async function limited(nanos: bigint, window: string) {
    const caller = await tollgate.caller(wallet(dollars(1n)));
    const key = await addKey(tollgate.database.db, caller.accountId);
    await tollgate.database.db.raw(
      'update api_keys set spend_limit_nanos = ?, spend_limit_window = ? where id = ?',
      [String(nanos), window, key.id],
    );
    return { ...caller, key, other: caller.client, client: tollgate.clientFor(key) };
  }

  it('stops that key and no other', async () => {
    const caller = await limited(10_000n, 'total');
    const error = await call(caller).catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 403, code: 'key_limit_reached' });
    expect(error.headers.get('retry-after')).toBeNull();
    expect((await call({ client: caller.other })).choices).toHaveLength(1);
  });

  it('of a day resets at midnight', async () => {
    const error = await call(await limited(10_000n, 'day')).catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 403, code: 'key_limit_reached' });
    expect(error.message).toContain(new Date(new Date().setUTCHours(24, 0, 0, 0)).toISOString());
  });

  it('that is raised is known within a second', async () => {
    const caller = await limited(10_000n, 'month');
    await expect(call(caller)).rejects.toMatchObject({ code: 'key_limit_reached' });
    await tollgate.database.db.raw('update api_keys set spend_limit_nanos = 1000000 where id = ?', [
      caller.key.id,
    ]);
    await until(
      () => call(caller).catch(() => undefined),
      (answer) => answer !== undefined,
      1_000,
    );
  });
});

it('a pool that a plan brings is spent like any other', async () => {
  const caller = await subscribed({ dailyCapNanos: dollars(1n) }, [main(20_000n)]);
  await addPool(tollgate.database.db, caller.accountId, { pool: 'backup', nanos: dollars(1n) });
  const answer = await call(caller);
  const usage = await tollgate.usage(answer._request_id ?? '');
  expect(usage.main_nanos + usage.backup_nanos).toBe(usage.charge_nanos);
});
