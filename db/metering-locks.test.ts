import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { aHold, aSettlement } from '../test/support/calls.ts';
import { fund, fundedAccount } from '../test/support/customers.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { voidExpiredHolds } from './holds.ts';
import { checkLedger } from './ledger-check.ts';
import { callRecord, connectMeter, holdRecord, meterFlush } from './metering.ts';

const CLIENTS = 4;
const ACCOUNTS = 12;
const ROUNDS = 60;
const CALLS = 15;

let database: TestDatabase;
let clients: pg.Client[];

beforeAll(async () => {
  database = await testDatabase();
  clients = await Promise.all(Array.from({ length: CLIENTS }, () => connectMeter(database.url, 20)));
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await database.drop();
});

/** Other numbers each time; a failure says which. */
function drawer(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % below;
  };
}

it('never deadlocks: proxies, sweeps and top-ups that meet on the same accounts in any order all get through', async () => {
  const accounts = await Promise.all(
    Array.from({ length: ACCOUNTS }, () =>
      fundedAccount(database.db, [
        { pool: 'wallet', nanos: 50_000n },
        { pool: 'main', nanos: 1_000n },
      ]),
    ),
  );
  let charged = 0n;
  const hammer = async (client: pg.Client, seed: number) => {
    const draw = drawer(seed);
    let running: { id: string; accountId: string }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const settlements = running.map(({ id, accountId }) =>
        aSettlement({ id, accountId, chargeNanos: BigInt(draw(30)) }),
      );
      const holds = Array.from({ length: CALLS }, () =>
        aHold({ accountId: accounts[draw(ACCOUNTS)]!.accountId, amountNanos: BigInt(draw(25)) }),
      );
      const answers = await meterFlush(client, uuidv7(), settlements.map(callRecord), holds.map(holdRecord));
      const refused = new Set(answers.map(({ id }) => id));
      charged += settlements.reduce((sum, { chargeNanos }) => sum + chargeNanos, 0n);
      running = holds.filter(({ id }) => !refused.has(id));
    }
    await meterFlush(
      client,
      uuidv7(),
      running.map(({ id, accountId }) => callRecord(aSettlement({ id, accountId }))),
      [],
    );
  };
  const others = async () => {
    const draw = drawer(99);
    for (let round = 0; round < ROUNDS; round++) {
      const { accountId, poolIds } = accounts[draw(ACCOUNTS)]!;
      await fund(database.db, accountId, poolIds[draw(2)]!, 7n);
      await voidExpiredHolds(database.db);
    }
  };
  await Promise.all([...clients.map((client, i) => hammer(client, i + 1)), others(), others()]);

  const { rows } = await database.db.raw(
    'select sum(posted_nanos)::bigint as posted, sum(held_nanos)::bigint as held from ledger_accounts where account_id is not null',
  );
  const { rows: usage } = await database.db.raw(
    'select sum(charge_nanos)::bigint as charged from usage_events',
  );
  expect(usage[0].charged).toBe(charged);
  expect(rows[0]).toEqual({
    posted: BigInt(ACCOUNTS) * 51_000n + BigInt(2 * ROUNDS) * 7n - charged,
    held: 0n,
  });
  expect((await checkLedger(database.db)).filter(({ rows: drift }) => drift.length > 0)).toEqual([]);
}, 120_000);
