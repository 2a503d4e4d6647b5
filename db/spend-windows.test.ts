import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { aHold, aSettlement } from '../test/support/calls.ts';
import { limitedCalls } from '../test/support/limited-calls.ts';
import { capOf, someLimits } from '../test/support/limits.ts';
import { voidExpiredHolds } from './holds.ts';
import { callRecord, holdRecord, meterFlush } from './metering.ts';
import { dropOldWindows } from './spend-windows.ts';

let calls: Awaited<ReturnType<typeof limitedCalls>>;

beforeAll(async () => {
  calls = await limitedCalls();
});
afterAll(async () => {
  expect(await calls.end()).toEqual([]);
});

describe('windows', () => {
  it('are held and used once, however often a batch is sent', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 100n });
    const limits = someLimits({ subjectId: accountId, dailyCap: capOf(100n) });
    const record = holdRecord(aHold({ accountId, amountNanos: 60n, limits }));
    expect(await calls.flush([record])).toEqual(new Map());
    expect(await calls.flush([record])).toEqual(new Map());
    expect(await calls.windows(accountId)).toEqual({ daily_cap: [0n, 60n] });
    const call = callRecord(aSettlement({ id: record.id, accountId, chargeNanos: 40n }));
    const batch = uuidv7();
    for (const id of [batch, batch, uuidv7()])
      expect(await meterFlush(calls.client, id, [call], [])).toEqual([]);
    expect(await calls.windows(accountId)).toEqual({ daily_cap: [40n, 0n] });
  });

  it('get back what an expired hold had, and count nothing for it', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 100n });
    await calls.ask(
      accountId,
      { dailyCap: capOf(100n), keyLimit: capOf(100n) },
      { amountNanos: 60n, seconds: 0 },
    );
    await voidExpiredHolds(calls.db);
    expect(await calls.windows(accountId)).toEqual({ daily_cap: [0n, 0n], key_limit: [0n, 0n] });
  });

  it('count a charge above the hold, so that a cap that was passed stays closed', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 200n });
    const { ids } = await calls.ask(accountId, { dailyCap: capOf(100n), walletPays: false }, 90n);
    await calls.settle(accountId, ids[0]!, { chargeNanos: 130n });
    expect(await calls.windows(accountId)).toEqual({ daily_cap: [130n, 0n] });
    expect((await calls.ask(accountId, { dailyCap: capOf(100n), walletPays: false }, 1n)).answers).toEqual([
      'daily_cap_reached 0',
    ]);
  });

  it('free what a settlement releases to a hold of the same flush', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 200n });
    const limits = someLimits({ subjectId: accountId, dailyCap: capOf(100n), walletPays: false });
    const { ids } = await calls.ask(accountId, limits, 100n);
    const next = aHold({ accountId, amountNanos: 90n, limits });
    const call = callRecord(aSettlement({ id: ids[0]!, accountId, chargeNanos: 10n }));
    expect(await calls.flush([holdRecord(next)], [call])).toEqual(new Map());
    expect(await calls.windows(accountId)).toEqual({ daily_cap: [10n, 90n] });
  });

  it('of long ago are forgotten, but for budgets, limits over all time, and what is still held', async () => {
    const accountId = await calls.account({ pool: 'main', nanos: 200n });
    const longAgo = new Date('2020-01-01T00:00:00Z');
    const { ids } = await calls.ask(
      accountId,
      {
        dailyCap: capOf(100n, longAgo),
        weeklyCap: capOf(100n),
        budget: capOf(100n, longAgo),
        keyLimit: capOf(100n, new Date(0)),
      },
      10n,
    );
    const before = new Date('2021-01-01T00:00:00Z');
    expect(await dropOldWindows(calls.db, before)).toBe(0);
    await calls.settle(accountId, ids[0]!, { chargeNanos: 10n });
    expect(await dropOldWindows(calls.db, before)).toBe(1);
    expect(Object.keys(await calls.windows(accountId)).sort()).toEqual([
      'key_limit',
      'plan_budget',
      'weekly_cap',
    ]);
  });
});
