import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { checkLedger } from '../../db/ledger-check.ts';
import { connectMeter } from '../../db/metering.ts';
import { aHold, aSettlement } from '../../test/support/calls.ts';
import { balances, fundedAccount } from '../../test/support/customers.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { type CommitterOptions, GroupCommitter } from './committer.ts';

const log = pino({ level: 'silent' });
let database: TestDatabase;
let committers: GroupCommitter[];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  committers = [];
});
afterEach(async () => {
  await Promise.all(committers.map((committer) => committer.close()));
  expect((await checkLedger(database.db)).filter(({ rows }) => rows.length > 0)).toEqual([]);
});

async function aCommitter(overrides: Partial<CommitterOptions> = {}): Promise<GroupCommitter> {
  const committer = new GroupCommitter({
    connect: () => connectMeter(database.url, 5),
    log,
    maxWaitingHolds: 10_000,
    holdPatienceMs: 2_000,
    settlePatienceMs: 10_000,
    ...overrides,
  });
  committers.push(committer);
  committer.start();
  while (!committer.available) await sleep(5);
  return committer;
}

const account = (nanos: bigint) => fundedAccount(database.db, [{ pool: 'wallet', nanos }]);
const acceptedOf = (answers: { accepted: boolean }[]) => answers.filter(({ accepted }) => accepted).length;

/** Cuts the connections of all committers, as a failing network or an operator would. */
async function cutConnections(): Promise<void> {
  await database.db.raw(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'tollgate-meter' and datname = current_database()`,
  );
}

describe('a group committer', () => {
  it('lets exactly those calls run that the balance pays for, over two proxies at once', async () => {
    const { accountId } = await account(1000n);
    const [first, second] = await Promise.all([aCommitter(), aCommitter()]);
    const ask = (committer: GroupCommitter) => committer.hold(aHold({ accountId, amountNanos: 7n }));
    const asked = Array.from({ length: 1000 }, (_, i) => ask(i % 2 === 0 ? first : second));
    expect(acceptedOf(await Promise.all(asked))).toBe(142);
    expect(await balances(database.db, accountId)).toEqual([['wallet', 1000n, 994n]]);
  });

  it('decides calls of mixed sizes as if they had come one after the other', async () => {
    const { accountId } = await account(100n);
    const committer = await aCommitter();
    const amounts = [60n, 50n, 40n, 30n, 0n, 1n];
    const answers = await Promise.all(
      amounts.map((amountNanos) => committer.hold(aHold({ accountId, amountNanos }))),
    );
    expect(answers).toEqual([
      { accepted: true },
      { accepted: false, availableNanos: 40n, inFlight: true },
      { accepted: true },
      { accepted: false, availableNanos: 0n, inFlight: true },
      { accepted: true },
      { accepted: false, availableNanos: 0n, inFlight: true },
    ]);
  });

  it('puts what arrives meanwhile into one flush', async () => {
    const { accountId } = await account(1000n);
    const sizes: number[] = [];
    const committer = await aCommitter({ onFlush: (holds) => sizes.push(holds) });
    await Promise.all(
      Array.from({ length: 300 }, () => committer.hold(aHold({ accountId, amountNanos: 1n }))),
    );
    expect(sizes).toEqual([300]);
  });

  it('charges every call once although its connections are cut all the time', async () => {
    const { accountId } = await account(1_000_000n);
    let flushes = 0;
    const onFlush = () => {
      flushes += 1;
    };
    const committer = await aCommitter({ onFlush, settlePatienceMs: 60_000 });
    let cutting = true;
    const cutter = (async () => {
      // In the middle of the next one, whenever one has gone through.
      for (let seen = 0; cutting; await sleep(1)) {
        if (flushes === seen) continue;
        seen = flushes;
        await cutConnections();
      }
    })();
    let charged = 0n;
    const call = async (chargeNanos: bigint) => {
      let id = uuidv7();
      while (!(await committer.hold(aHold({ id, accountId, amountNanos: 50n })).catch(() => sleep(5))))
        id = uuidv7();
      expect(await committer.settle(aSettlement({ id, accountId, chargeNanos }))).toBe('settled');
      charged += chargeNanos;
    };
    for (let round = 0; round < 8; round++)
      await Promise.all(Array.from({ length: 40 }, (_, i) => call(BigInt(i + 1))));
    cutting = false;
    await cutter;
    expect(charged).toBeGreaterThan(0n);
    // Holds whose fate was unknown are given back.
    await committers[0]!.close();
    const { rows } = await database.db.raw(
      'select sum(charge_nanos)::bigint as sum from usage_events where account_id = ?',
      [accountId],
    );
    expect(rows[0].sum).toBe(charged);
    expect(await balances(database.db, accountId)).toEqual([['wallet', 1_000_000n - charged, 0n]]);
  }, 60_000);

  it('refuses new calls at once while the database is away, and settles the running ones when it is back', async () => {
    const { accountId } = await account(100n);
    let away = false;
    const connect = () => (away ? Promise.reject(new Error('nobody there')) : connectMeter(database.url, 5));
    const committer = await aCommitter({ connect });
    const id = uuidv7();
    await committer.hold(aHold({ id, accountId, amountNanos: 50n }));
    away = true;
    await cutConnections();
    const settled = committer.settle(aSettlement({ id, accountId, chargeNanos: 30n }));
    while (committer.available) await sleep(5);
    const startedAt = performance.now();
    await expect(committer.hold(aHold({ accountId, amountNanos: 1n }))).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    away = false;
    expect(await settled).toBe('settled');
    expect(await balances(database.db, accountId)).toEqual([['wallet', 70n, 0n]]);
  });

  it('gives a settlement up when the database stays away, so that the call is not delivered unpaid', async () => {
    const { accountId } = await account(100n);
    let away = false;
    const connect = () => (away ? Promise.reject(new Error('nobody there')) : connectMeter(database.url, 5));
    const committer = await aCommitter({ connect, settlePatienceMs: 200 });
    const id = uuidv7();
    await committer.hold(aHold({ id, accountId, amountNanos: 50n }));
    away = true;
    await cutConnections();
    await expect(committer.settle(aSettlement({ id, accountId }))).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    away = false;
  });

  it('finds the one call that the database refuses, and lets the others through', async () => {
    const { accountId } = await account(1000n);
    const committer = await aCommitter();
    const ids = Array.from({ length: 9 }, () => uuidv7());
    await Promise.all(ids.map((id) => committer.hold(aHold({ id, accountId, amountNanos: 10n }))));
    const results = await Promise.allSettled(
      ids.map((id, i) => committer.settle(aSettlement({ id, accountId, chargeNanos: i === 4 ? -5n : 3n }))),
    );
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(results[4]?.status).toBe('rejected');
    expect(await balances(database.db, accountId)).toEqual([['wallet', 1000n - 24n, 10n]]);
  });

  it('lets everybody else through while somebody holds the locks of one account', async () => {
    const { accountId: stuck } = await account(1000n);
    const { accountId } = await account(1000n);
    const committer = await aCommitter({ holdPatienceMs: 4_000, settlePatienceMs: 60_000 });
    const id = uuidv7();
    await committer.hold(aHold({ id, accountId: stuck, amountNanos: 10n }));
    let settled: Promise<string> | undefined;
    await database.db.transaction(async (somebody) => {
      await somebody.raw('select from ledger_accounts where account_id = ? for update', [stuck]);
      settled = committer.settle(aSettlement({ id, accountId: stuck, chargeNanos: 7n }));
      const turnedAway = committer
        .hold(aHold({ accountId: stuck, amountNanos: 1n }))
        .catch((error) => error.code);
      await committer.hold(aHold({ accountId, amountNanos: 1n }));
      for (let i = 0; i < 20; i++) await committer.hold(aHold({ accountId, amountNanos: 1n }));
      expect(await turnedAway).toBe('database_unavailable');
    });
    expect(await settled).toBe('settled');
    expect(await balances(database.db, stuck)).toEqual([['wallet', 993n, 0n]]);
    expect(await balances(database.db, accountId)).toEqual([['wallet', 1000n, 21n]]);
  });

  it('turns calls away when too many wait, but never a settlement', async () => {
    const { accountId } = await account(1000n);
    const committer = await aCommitter({ maxWaitingHolds: 5 });
    const ids = Array.from({ length: 5 }, () => uuidv7());
    const holds = ids.map((id) => committer.hold(aHold({ id, accountId, amountNanos: 1n })));
    await expect(committer.hold(aHold({ accountId, amountNanos: 1n }))).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterSeconds: 1,
    });
    await Promise.all(holds);
    const settled = await Promise.all(ids.map((id) => committer.settle(aSettlement({ id, accountId }))));
    expect(settled).toEqual(Array(5).fill('settled'));
  });

  it('says when a settlement came after its hold was voided', async () => {
    const { accountId } = await account(1000n);
    const committer = await aCommitter();
    expect(await committer.settle(aSettlement({ id: uuidv7(), accountId, chargeNanos: 5n }))).toBe('voided');
  });
});
