import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { aHold, aSettlement } from '../test/support/calls.ts';
import { addPool, balances, type FundedPool, fundedAccount } from '../test/support/customers.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import type { Db } from './connection.ts';
import { voidExpiredHolds } from './holds.ts';
import { checkLedger } from './ledger-check.ts';
import {
  callRecord,
  connectMeter,
  type FlushAnswer,
  holdRecord,
  type MeterRecord,
  meterFlush,
} from './metering.ts';

let database: TestDatabase;
let db: Db;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
  client = await connectMeter(database.url, 10);
});
afterAll(async () => {
  const drift = (await checkLedger(db)).filter(({ rows }) => rows.length > 0);
  await client.end();
  await database.drop();
  expect(drift).toEqual([]);
});

const hour = 3_600_000;
const hold = (...holds: MeterRecord[]) => meterFlush(client, uuidv7(), [], holds);
const settle = (...calls: MeterRecord[]) => meterFlush(client, uuidv7(), calls, []);
const account = (...pools: FundedPool[]) => fundedAccount(db, pools);

async function usageOf(id: string): Promise<any> {
  const { rows } = await db.raw('select * from usage_events where id = ?', [id]);
  return rows[0];
}

/** Asks for this much for one account; the answers in order, `ok` for what was simply accepted. */
async function ask(accountId: string, ...amounts: bigint[]): Promise<{ ids: string[]; answers: string[] }> {
  const ids = amounts.map(() => uuidv7());
  const flushed = await hold(
    ...amounts.map((amountNanos, i) => holdRecord(aHold({ id: ids[i]!, accountId, amountNanos }))),
  );
  const words = new Map(
    flushed.map(({ id, answer, available_nanos }: FlushAnswer) => [id, `${answer} ${available_nanos}`]),
  );
  return { ids, answers: ids.map((id) => words.get(id) ?? 'ok') };
}

describe('a hold', () => {
  it('draws main, backup, voucher by earliest expiry, then wallet, and splits exactly at the boundaries', async () => {
    const { accountId } = await account(
      { pool: 'wallet', nanos: 50n },
      { pool: 'voucher', nanos: 30n },
      { pool: 'voucher', nanos: 20n, expiresAt: new Date(Date.now() + 2 * hour) },
      { pool: 'voucher', nanos: 10n, expiresAt: new Date(Date.now() + hour) },
      { pool: 'backup', nanos: 7n },
      { pool: 'main', nanos: 5n },
    );
    const { ids } = await ask(accountId, 4n, 12n, 100n);
    const pools = (await balances(db, accountId)).map(([pool, , held]) => `${pool} ${held}`);
    expect(pools).toEqual(['wallet 44', 'voucher 30', 'voucher 20', 'voucher 10', 'backup 7', 'main 5']);
    await settle(
      ...ids.map((id, i) => callRecord(aSettlement({ id, accountId, chargeNanos: [4n, 12n, 100n][i]! }))),
    );
    expect(await usageOf(ids[0]!)).toMatchObject({ main_nanos: 4n, wallet_nanos: 0n });
    expect(await usageOf(ids[1]!)).toMatchObject({ main_nanos: 1n, backup_nanos: 7n, voucher_nanos: 4n });
    expect(await usageOf(ids[2]!)).toMatchObject({ voucher_nanos: 56n, wallet_nanos: 44n });
    expect((await balances(db, accountId)).map(([, posted, held]) => [posted, held])).toEqual([
      [6n, 0n],
      [0n, 0n],
      [0n, 0n],
      [0n, 0n],
      [0n, 0n],
      [0n, 0n],
    ]);
  });

  it('is taken to the last nano, and not one more', async () => {
    const { accountId } = await account({ pool: 'wallet', nanos: 100n });
    expect((await ask(accountId, 101n)).answers).toEqual(['refused 100']);
    expect((await ask(accountId, 100n)).answers).toEqual(['ok']);
    expect((await ask(accountId, 1n)).answers).toEqual(['refused 0']);
  });

  it('that does not fit leaves what is there to the calls behind it', async () => {
    const { accountId } = await account({ pool: 'wallet', nanos: 100n });
    const { answers } = await ask(accountId, 60n, 50n, 40n, 30n, 0n, 41n);
    expect(answers).toEqual(['ok', 'refused 40', 'ok', 'refused 0', 'ok', 'refused 0']);
  });

  it('does not touch pools that are closed, expired or not spendable, nor those of others', async () => {
    const { accountId, poolIds } = await account(
      { pool: 'main', nanos: 10n },
      { pool: 'voucher', nanos: 20n, expiresAt: new Date(Date.now() + hour) },
    );
    await fundedAccount(db, [{ pool: 'wallet', nanos: 1000n }]);
    await db.raw(`update ledger_accounts set closed_at = now() where id = ?`, [String(poolIds[0])]);
    await db.raw(`update ledger_accounts set expires_at = now() where id = ?`, [String(poolIds[1])]);
    expect((await ask(accountId, 1n)).answers).toEqual(['refused 0']);
  });

  it('of nothing is always accepted, also for an account without any pool', async () => {
    const { accountId } = await account();
    const { ids, answers } = await ask(accountId, 0n, 1n);
    expect(answers).toEqual(['ok', 'refused 0']);
    await settle(callRecord(aSettlement({ id: ids[0]!, accountId, chargeNanos: 0n })));
    expect(await usageOf(ids[0]!)).toMatchObject({ charge_nanos: 0n, outcome: 'finished' });
  });

  it('asked for twice is held once', async () => {
    const { accountId } = await account({ pool: 'wallet', nanos: 100n });
    const record = holdRecord(aHold({ accountId, amountNanos: 60n }));
    expect(await hold(record)).toEqual([]);
    expect(await hold(record)).toEqual([]);
    expect(await balances(db, accountId)).toEqual([['wallet', 100n, 60n]]);
  });
});

describe('a settlement', () => {
  async function held(nanos: bigint, amountNanos: bigint): Promise<{ id: string; accountId: string }> {
    const { accountId } = await account({ pool: 'wallet', nanos });
    const { ids } = await ask(accountId, amountNanos);
    return { id: ids[0]!, accountId };
  }

  it('sent again changes nothing, in the same batch id or another', async () => {
    const { id, accountId } = await held(100n, 50n);
    const record = callRecord(aSettlement({ id, accountId, chargeNanos: 30n }));
    const batch = uuidv7();
    for (const batchId of [batch, batch, uuidv7()])
      expect(await meterFlush(client, batchId, [record], [])).toEqual([]);
    expect(await balances(db, accountId)).toEqual([['wallet', 70n, 0n]]);
  });

  it('above the hold takes what is available and records the rest as uncollected', async () => {
    const { id, accountId } = await held(100n, 50n);
    await settle(callRecord(aSettlement({ id, accountId, chargeNanos: 130n })));
    expect(await usageOf(id)).toMatchObject({
      charge_nanos: 130n,
      wallet_nanos: 100n,
      uncollected_nanos: 30n,
    });
    expect(await balances(db, accountId)).toEqual([['wallet', 0n, 0n]]);
  });

  it('never takes what other calls hold', async () => {
    const { accountId } = await account({ pool: 'wallet', nanos: 100n });
    const { ids } = await ask(accountId, 40n, 50n);
    await settle(callRecord(aSettlement({ id: ids[0]!, accountId, chargeNanos: 999n })));
    expect(await usageOf(ids[0]!)).toMatchObject({ wallet_nanos: 50n, uncollected_nanos: 949n });
    expect(await balances(db, accountId)).toEqual([['wallet', 50n, 50n]]);
  });

  it('is paid from the pools that were held, also when they closed meanwhile; what is above falls to the open ones', async () => {
    const { accountId, poolIds } = await account({ pool: 'main', nanos: 10n });
    const { ids } = await ask(accountId, 10n);
    await db.raw('update ledger_accounts set closed_at = now() where id = ?', [String(poolIds[0])]);
    await addPool(db, accountId, { pool: 'main', nanos: 100n });
    await settle(callRecord(aSettlement({ id: ids[0]!, accountId, chargeNanos: 25n })));
    expect(await usageOf(ids[0]!)).toMatchObject({ main_nanos: 25n, uncollected_nanos: 0n });
    expect(await balances(db, accountId)).toEqual([
      ['main', 0n, 0n],
      ['main', 85n, 0n],
    ]);
  });

  it('releases what can be held again in the same flush', async () => {
    const { id, accountId } = await held(100n, 100n);
    const next = holdRecord(aHold({ accountId, amountNanos: 90n }));
    const call = callRecord(aSettlement({ id, accountId, chargeNanos: 10n }));
    expect(await meterFlush(client, uuidv7(), [call], [next])).toEqual([]);
    expect(await balances(db, accountId)).toEqual([['wallet', 90n, 90n]]);
  });

  it('of a call that nobody holds charges nothing and says so', async () => {
    const { accountId } = await account({ pool: 'wallet', nanos: 100n });
    const id = uuidv7();
    expect(await settle(callRecord(aSettlement({ id, accountId, chargeNanos: 5n })))).toMatchObject([
      { id, answer: 'voided' },
    ]);
    expect(await balances(db, accountId)).toEqual([['wallet', 100n, 0n]]);
  });

  it('keeps every word of a call as it was, whatever characters it has', async () => {
    const { accountId } = await account({ pool: 'wallet', nanos: 100n });
    const id = uuidv7();
    const modelId = `a "quoted", (odd) \\ {model} 'name' 你好 null`;
    await hold(holdRecord(aHold({ id, accountId, amountNanos: 5n, modelId })));
    await settle(
      callRecord(aSettlement({ id, accountId, modelId, upstreamId: '', priceVersion: undefined })),
    );
    expect(await usageOf(id)).toMatchObject({ model_id: modelId, upstream_id: '', price_version: null });
  });
});

describe('expired holds', () => {
  it('are released and logged at no charge, once, however many sweeps run', async () => {
    const { accountId } = await account({ pool: 'main', nanos: 30n }, { pool: 'wallet', nanos: 70n });
    const ids = Array.from({ length: 10 }, () => uuidv7());
    await hold(...ids.map((id) => holdRecord(aHold({ id, accountId, amountNanos: 9n, seconds: 0 }))));
    const swept = await Promise.all([voidExpiredHolds(db), voidExpiredHolds(db), voidExpiredHolds(db, 3)]);
    expect(swept.reduce((sum, count) => sum + count)).toBe(10);
    expect(await balances(db, accountId)).toEqual([
      ['main', 30n, 0n],
      ['wallet', 70n, 0n],
    ]);
    expect(await usageOf(ids[9]!)).toMatchObject({
      outcome: 'voided',
      charge_nanos: 0n,
      route: '/v1/chat/completions',
    });
  });

  it('are not charged by a settlement that comes too late', async () => {
    const { accountId } = await account({ pool: 'wallet', nanos: 70n });
    const id = uuidv7();
    await hold(holdRecord(aHold({ id, accountId, amountNanos: 9n, seconds: 0 })));
    await voidExpiredHolds(db);
    expect(await settle(callRecord(aSettlement({ id, accountId, chargeNanos: 9n })))).toMatchObject([
      { answer: 'voided' },
    ]);
    expect(await balances(db, accountId)).toEqual([['wallet', 70n, 0n]]);
  });
});
