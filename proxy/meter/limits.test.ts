import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { checkLedger } from '../../db/ledger-check.ts';
import type { HoldLimits } from '../../db/limited-holds.ts';
import { connectMeter } from '../../db/metering.ts';
import { aHold, aSettlement } from '../../test/support/calls.ts';
import { balances, type FundedPool, fundedAccount } from '../../test/support/customers.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { capOf, someLimits } from '../../test/support/limits.ts';
import { until } from '../../test/support/until.ts';
import { GroupCommitter } from './committer.ts';
import type { HoldAnswer } from './waiting.ts';

const log = pino({ level: 'silent' });
let database: TestDatabase;
let proxies: GroupCommitter[];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
/** Two proxies on one database. */
beforeEach(async () => {
  proxies = [1, 2].map(
    () =>
      new GroupCommitter({
        connect: () => connectMeter(database.url, 5),
        log,
        maxWaitingHolds: 10_000,
        holdPatienceMs: 20_000,
        settlePatienceMs: 20_000,
      }),
  );
  for (const proxy of proxies) proxy.start();
  await until(async () => proxies.every(({ available }) => available), Boolean);
});
afterEach(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  expect((await checkLedger(database.db)).filter(({ rows }) => rows.length > 0)).toEqual([]);
});

const account = async (...pools: FundedPool[]) => (await fundedAccount(database.db, pools)).accountId;

interface Asked {
  id: string;
  answer: HoldAnswer;
}

/** This many callers at once, every other one at the other proxy. */
function hammer(
  count: number,
  accountId: string,
  nanos: bigint,
  limits: Partial<HoldLimits>,
): Promise<Asked[]> {
  const all = someLimits({ subjectId: accountId, ...limits });
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const request = aHold({ accountId, amountNanos: nanos, limits: all });
      return { id: request.id, answer: await proxies[i % 2]!.hold(request) };
    }),
  );
}

const accepted = (asked: Asked[]) => asked.filter(({ answer }) => answer.accepted);
const limitsMet = (asked: Asked[]) => [
  ...new Set(asked.flatMap(({ answer }) => (answer.accepted ? [] : [answer.limit ?? 'money']))),
];
const held = async (accountId: string) =>
  (await balances(database.db, accountId)).map(([pool, , nanos]) => `${pool} ${nanos}`);

describe.each([50, 1000])('%d callers at once over two proxies', (count) => {
  it('use a cap up to the last nano, and not one more', async () => {
    const accountId = await account(
      { pool: 'main', nanos: 1_000_000n },
      { pool: 'wallet', nanos: 1_000_000n },
    );
    const asked = await hammer(count, accountId, 7n, { dailyCap: capOf(150n), walletPays: false });
    expect(accepted(asked)).toHaveLength(21);
    expect(limitsMet(asked)).toEqual(['daily_cap_reached']);
    expect(await held(accountId)).toEqual(['main 147', 'wallet 0']);
  });

  it('use a budget on cost up to what it pays for', async () => {
    const accountId = await account({ pool: 'main', nanos: 1_000_000n });
    const limits = { budget: capOf(100n), costNanos: 3n, walletPays: false };
    const asked = await hammer(count, accountId, 7n, limits);
    expect(accepted(asked)).toHaveLength(33);
    expect(limitsMet(asked)).toEqual(['plan_budget_exhausted']);
  });

  it("use a key's limit up to the last call that fits", async () => {
    const accountId = await account({ pool: 'wallet', nanos: 1_000_000n });
    const asked = await hammer(count, accountId, 9n, { keyLimit: capOf(100n) });
    expect(accepted(asked)).toHaveLength(11);
    expect(limitsMet(asked)).toEqual(['key_limit_reached']);
    expect(await held(accountId)).toEqual(['wallet 99']);
  });

  it('draw main, backup, voucher, wallet in this order under a cap, split at the nano', async () => {
    const accountId = await account(
      { pool: 'main', nanos: 33n },
      { pool: 'backup', nanos: 100n },
      { pool: 'voucher', nanos: 20n },
      { pool: 'wallet', nanos: 60n },
    );
    const asked = await hammer(count, accountId, 7n, { dailyCap: capOf(80n), weeklyCap: capOf(100n) });
    // 80 of the plan, 20 of the voucher, 60 of the wallet: 160.
    expect(accepted(asked)).toHaveLength(22);
    expect(await held(accountId)).toEqual(['main 33', 'backup 47', 'voucher 20', 'wallet 54']);
    const settled = accepted(asked).map(({ id }, i) =>
      proxies[i % 2]!.settle(aSettlement({ id, accountId, chargeNanos: 7n })),
    );
    expect(new Set(await Promise.all(settled))).toEqual(new Set(['settled']));
    const { rows } = await database.db.raw(
      `select sum(main_nanos)::int as main, sum(backup_nanos)::int as backup, sum(voucher_nanos)::int as voucher,
              sum(wallet_nanos)::int as wallet from usage_events where account_id = ?`,
      [accountId],
    );
    expect(rows).toEqual([{ main: 33, backup: 47, voucher: 20, wallet: 54 }]);
  });

  it('of an account without any pool share its calls a day', async () => {
    const accountId = await account();
    const limits = { dailyRequests: capOf(40n), walletPays: false };
    const asked = await hammer(count, accountId, 0n, limits);
    expect(accepted(asked)).toHaveLength(40);
    expect(limitsMet(asked)).toEqual(['daily_cap_reached']);
  });
});

it('never deadlocks when many accounts hold and settle under caps, with and without pools', async () => {
  const accounts = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (i % 2 ? account() : account({ pool: 'main', nanos: 1_000_000n }))),
  );
  let charged = 0n;
  const call = async (i: number) => {
    const accountId = accounts[(i * 7) % accounts.length]!;
    const funded = accounts.indexOf(accountId) % 2 === 0;
    const limits = someLimits({
      subjectId: accountId,
      ...(funded ? { dailyCap: capOf(1_000_000n) } : { dailyRequests: capOf(10_000n) }),
    });
    const id = uuidv7();
    const amountNanos = funded ? 10n : 0n;
    const answer = await proxies[i % 2]!.hold(aHold({ id, accountId, amountNanos, limits }));
    expect(answer).toEqual({ accepted: true });
    expect(await proxies[i % 2]!.settle(aSettlement({ id, accountId, chargeNanos: amountNanos }))).toBe(
      'settled',
    );
    charged += amountNanos;
  };
  for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 100 }, (_, i) => call(i)));
  const { rows } = await database.db.raw(
    "select sum(used)::bigint as used from spend_windows where scope = 'daily_cap' and account_id = any (cast(? as uuid[]))",
    [accounts],
  );
  expect(rows[0].used).toBe(charged);
});
