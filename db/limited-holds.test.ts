import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { aHold } from '../test/support/calls.ts';
import { limitedCalls } from '../test/support/limited-calls.ts';
import { capOf, DAY, NEXT_DAY, someLimits } from '../test/support/limits.ts';
import { holdRecord, meterFlush } from './metering.ts';

let calls: Awaited<ReturnType<typeof limitedCalls>>;

beforeAll(async () => {
  calls = await limitedCalls();
});
afterAll(async () => {
  expect(await calls.end()).toEqual([]);
});

describe('a cap on plan credits', () => {
  it('closes main and backup to the nano; vouchers and the wallet pay what is above', async () => {
    const accountId = await calls.account(
      { pool: 'main', nanos: 60n },
      { pool: 'backup', nanos: 100n },
      { pool: 'voucher', nanos: 5n },
      { pool: 'wallet', nanos: 50n },
    );
    const { answers } = await calls.ask(accountId, { dailyCap: capOf(100n) }, 90n, 40n, 30n);
    expect(answers).toEqual(['ok', 'ok', 'daily_cap_reached 25']);
    expect(await calls.held(accountId)).toEqual(['main 60', 'backup 40', 'voucher 5', 'wallet 25']);
    expect(await calls.windows(accountId)).toEqual({ daily_cap: [0n, 100n] });
  });

  it('refuses without the wallet, and says what would still fit', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 1000n }, { pool: 'wallet', nanos: 1000n });
    const limits = { dailyCap: capOf(100n), walletPays: false };
    const { answers } = await calls.ask(accountId, limits, 60n, 41n, 40n, 1n, 0n);
    expect(answers).toEqual(['ok', 'daily_cap_reached 40', 'ok', 'daily_cap_reached 0', 'ok']);
  });

  it('names the one that is in the way: daily before weekly before budget', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 1000n });
    const weekly = await calls.ask(accountId, { dailyCap: capOf(100n), weeklyCap: capOf(80n) }, 90n);
    const both = await calls.ask(accountId, { dailyCap: capOf(80n), weeklyCap: capOf(80n) }, 90n);
    const budget = await calls.ask(
      accountId,
      { dailyCap: capOf(80n), budget: capOf(50n), costNanos: 90n },
      90n,
    );
    expect([weekly, both, budget].map(({ answers }) => answers)).toEqual([
      ['weekly_cap_reached 80'],
      ['daily_cap_reached 80'],
      ['plan_budget_exhausted 50'],
    ]);
  });

  it('is not blamed for a lack of money', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 50n }, { pool: 'wallet', nanos: 10n });
    expect((await calls.ask(accountId, { dailyCap: capOf(100n) }, 70n)).answers).toEqual(['refused 60']);
  });

  it('counts what was charged, not what was held, and nothing that the wallet paid', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 70n }, { pool: 'wallet', nanos: 100n });
    const { ids } = await calls.ask(accountId, { dailyCap: capOf(100n) }, 50n, 40n);
    await calls.settle(accountId, ids[0]!, { chargeNanos: 10n });
    await calls.settle(accountId, ids[1]!, { chargeNanos: 30n });
    // The second call held 20 of main and 20 of the wallet.
    expect(await calls.windows(accountId)).toEqual({ daily_cap: [30n, 0n] });
    expect((await calls.ask(accountId, { dailyCap: capOf(100n), walletPays: false }, 70n)).answers).toEqual([
      'refused 40',
    ]);
  });

  it('begins anew in the next window, while calls of the old one still settle there', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 1000n });
    const { ids } = await calls.ask(accountId, { dailyCap: capOf(100n), walletPays: false }, 100n);
    const tomorrow = { dailyCap: capOf(100n, NEXT_DAY), walletPays: false };
    expect((await calls.ask(accountId, tomorrow, 100n, 1n)).answers).toEqual(['ok', 'daily_cap_reached 0']);
    await calls.settle(accountId, ids[0]!, { chargeNanos: 80n });
    const { rows } = await calls.db.raw(
      'select starts_at, used, held from spend_windows where account_id = ? order by 1',
      [accountId],
    );
    expect(rows).toEqual([
      { starts_at: DAY, used: 80n, held: 0n },
      { starts_at: NEXT_DAY, used: 0n, held: 100n },
    ]);
  });

  it('that is raised or lowered holds from the next call on', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 1000n });
    const capped = (limit: bigint, nanos: bigint) =>
      calls
        .ask(accountId, { dailyCap: capOf(limit), walletPays: false }, nanos)
        .then(({ answers }) => answers[0]);
    expect(await capped(100n, 100n)).toBe('ok');
    expect(await capped(150n, 51n)).toBe('daily_cap_reached 50');
    expect(await capped(150n, 50n)).toBe('ok');
    expect(await capped(20n, 1n)).toBe('daily_cap_reached 0');
  });
});

describe('a budget on cost', () => {
  it('counts the share of the cost that the plan paid, rounded up', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 100n }, { pool: 'wallet', nanos: 200n });
    const { ids, answers } = await calls.ask(accountId, { budget: capOf(1000n), costNanos: 50n }, 150n);
    expect(answers).toEqual(['ok']);
    expect(await calls.windows(accountId)).toEqual({ plan_budget: [0n, 34n] });
    await calls.settle(accountId, ids[0]!, { chargeNanos: 150n, costNanos: 50n });
    expect(await calls.windows(accountId)).toEqual({ plan_budget: [34n, 0n] });
  });

  it('is never passed by what is held', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 1000n });
    const limits = { budget: capOf(10n), costNanos: 3n, walletPays: false };
    // 3 of 7 each: the fourth finds 1 left, which pays for 2 of its 7.
    expect((await calls.ask(accountId, limits, 7n, 7n, 7n, 7n, 2n)).answers).toEqual([
      'ok',
      'ok',
      'ok',
      'plan_budget_exhausted 2',
      'plan_budget_exhausted 0',
    ]);
  });

  it('does not stop calls that cost us nothing', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 100n });
    expect((await calls.ask(accountId, { budget: capOf(0n), costNanos: 0n }, 100n)).answers).toEqual(['ok']);
  });

  it('counts with amounts whose product no bigint holds', async () => {
    const dollars = 10n ** 15n;
    const accountId = await calls.account({ pool: 'main', nanos: 3n * dollars });
    const limits = { budget: capOf(2n * dollars), costNanos: dollars, walletPays: false };
    expect((await calls.ask(accountId, limits, dollars, dollars, dollars)).answers).toEqual([
      'ok',
      'ok',
      'plan_budget_exhausted 0',
    ]);
  });
});

describe("a key's limit", () => {
  it('counts whatever pool paid, by key', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 30n }, { pool: 'wallet', nanos: 500n });
    const [first, second] = [uuidv7(), uuidv7()];
    const limits = { keyLimit: capOf(100n) };
    const { ids, answers } = await calls.ask(
      accountId,
      limits,
      { apiKeyId: first, amountNanos: 60n },
      { apiKeyId: first, amountNanos: 41n },
      { apiKeyId: second, amountNanos: 100n },
      { apiKeyId: first, amountNanos: 40n },
      { apiKeyId: first, amountNanos: 1n },
    );
    expect(answers).toEqual(['ok', 'key_limit_reached 40', 'ok', 'ok', 'key_limit_reached 0']);
    await calls.settle(accountId, ids[0]!, { chargeNanos: 20n, apiKeyId: first });
    expect((await calls.ask(accountId, limits, { apiKeyId: first, amountNanos: 40n })).answers).toEqual([
      'ok',
    ]);
  });

  it('comes after the caps and before money', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 100n });
    const both = { keyLimit: capOf(5n), dailyCap: capOf(50n), walletPays: false };
    expect((await calls.ask(accountId, both, 60n)).answers).toEqual(['daily_cap_reached 5']);
    expect((await calls.ask(accountId, { keyLimit: capOf(5n) }, 200n)).answers).toEqual([
      'key_limit_reached 5',
    ]);
  });

  it('shares the money with calls of other keys in the same flush', async () => {
    const accountId = await calls.account({ pool: 'wallet', nanos: 100n });
    const limits = someLimits({ keyLimit: capOf(100n) });
    const limited = aHold({ accountId, amountNanos: 50n, limits });
    const plain = aHold({ accountId, amountNanos: 60n });
    expect(await calls.flush([plain, limited].map(holdRecord))).toEqual(
      new Map([[limited.id, 'refused 40']]),
    );
  });
});

describe('who may pay', () => {
  it('is the wallet alone for a model outside the plan; without money of its own the lane is closed', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 100n }, { pool: 'wallet', nanos: 50n });
    expect((await calls.ask(accountId, { planPays: false }, 30n, 21n)).answers).toEqual(['ok', 'refused 20']);
    expect(await calls.held(accountId)).toEqual(['main 0', 'wallet 30']);
    const poor = await calls.account({ pool: 'main', nanos: 100n }, { pool: 'wallet', nanos: 0n });
    expect((await calls.ask(poor, { planPays: false }, 30n)).answers).toEqual(['lane_closed 0']);
  });

  it('is still the plan first for a call beyond its rate, if the wallet could pay for all of it', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 100n }, { pool: 'wallet', nanos: 50n });
    expect((await calls.ask(accountId, { laneOnly: true }, 50n, 51n, 0n)).answers).toEqual([
      'ok',
      'lane_closed 0',
      'ok',
    ]);
    expect(await calls.held(accountId)).toEqual(['main 50', 'wallet 0']);
    const poor = await calls.account({ pool: 'main', nanos: 100n });
    expect((await calls.ask(poor, { laneOnly: true }, 1n, 0n)).answers).toEqual([
      'lane_closed 0',
      'lane_closed 0',
    ]);
  });

  it('is never a wallet that is not enabled', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 10n }, { pool: 'wallet', nanos: 50n });
    expect((await calls.ask(accountId, { walletPays: false }, 11n, 10n)).answers).toEqual([
      'refused 10',
      'ok',
    ]);
  });
});

describe('a charge above its hold', () => {
  it('is not taken from a wallet that pays nothing, nor from a plan that does not include the model', async () => {
    const funds = [
      { pool: 'main', nanos: 10n },
      { pool: 'wallet', nanos: 50n },
    ] as const;
    const paid = async (limits: { planPays?: boolean; walletPays?: boolean }) => {
      const accountId = await calls.account(...funds);
      const { ids } = await calls.ask(accountId, limits, 5n);
      await calls.settle(accountId, ids[0]!, { chargeNanos: 30n });
      const { rows } = await calls.db.raw(
        'select main_nanos as main, wallet_nanos as wallet, uncollected_nanos as uncollected from usage_events where id = ?',
        [ids[0]!],
      );
      return rows[0];
    };
    expect(await paid({})).toEqual({ main: 10n, wallet: 20n, uncollected: 0n });
    expect(await paid({ walletPays: false })).toEqual({ main: 10n, wallet: 0n, uncollected: 20n });
    expect(await paid({ planPays: false })).toEqual({ main: 0n, wallet: 30n, uncollected: 0n });
  });
});

describe('a refusal', () => {
  it('tells what waits for calls in flight from what is used up', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 1000n });
    const limits = { dailyCap: capOf(100n), walletPays: false };
    const waits = async (nanos: bigint) => {
      const request = holdRecord(
        aHold({ accountId, amountNanos: nanos, limits: someLimits({ subjectId: accountId, ...limits }) }),
      );
      const [answer] = await meterFlush(calls.client, uuidv7(), [], [request]);
      return answer && `${answer.answer} ${answer.in_flight ? 'for now' : 'until it resets'}`;
    };
    const { ids } = await calls.ask(accountId, limits, 60n);
    expect(await waits(100n)).toBe('daily_cap_reached for now');
    expect(await waits(101n)).toBe('daily_cap_reached until it resets');
    await calls.settle(accountId, ids[0]!, { chargeNanos: 30n });
    expect(await waits(100n)).toBe('daily_cap_reached until it resets');
    expect(await waits(70n)).toBeUndefined();
  });
});

describe('a cap on calls', () => {
  it('counts those that ran, and gives back those that failed', async () => {
    const accountId = await calls.account();
    const limits = { dailyRequests: capOf(2n), walletPays: false };
    const { ids, answers } = await calls.ask(accountId, limits, 0n, 0n, 0n);
    expect(answers).toEqual(['ok', 'ok', 'daily_cap_reached 0']);
    await calls.settle(accountId, ids[0]!, { outcome: 'upstream_failed' });
    await calls.settle(accountId, ids[1]!, { outcome: 'finished' });
    expect(await calls.windows(accountId)).toEqual({ daily_requests: [1n, 0n] });
    expect((await calls.ask(accountId, limits, 0n, 0n)).answers).toEqual(['ok', 'daily_cap_reached 0']);
  });

  it('is lifted by a wallet with money in it', async () => {
    const accountId = await calls.account({ pool: 'wallet', nanos: 1n });
    expect((await calls.ask(accountId, { dailyRequests: capOf(0n) }, 0n)).answers).toEqual(['ok']);
    expect((await calls.ask(accountId, { dailyRequests: capOf(0n), walletPays: false }, 0n)).answers).toEqual(
      ['daily_cap_reached 0'],
    );
  });
});
