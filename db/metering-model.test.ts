import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { aHold, aSettlement } from '../test/support/calls.ts';
import { fundedAccount } from '../test/support/customers.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { MeterModel } from '../test/support/meter-model.ts';
import { checkLedger } from './ledger-check.ts';
import { callRecord, connectMeter, type FlushAnswer, holdRecord, meterFlush } from './metering.ts';

const RUNS = 40;
const POOLS = ['main', 'backup', 'voucher', 'voucher', 'wallet'] as const;

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  client = await connectMeter(database.url, 10);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** One flush: calls are named by small numbers, so that the same ones are held, settled and sent again and again. */
const name = fc.nat(11);
const nanos = fc.oneof(fc.bigInt({ min: 0n, max: 60n }), fc.bigInt({ min: 0n, max: 600n }));
const flush = fc.record({
  calls: fc.uniqueArray(fc.record({ account: fc.nat(2), name, nanos }), {
    maxLength: 8,
    selector: (call) => `${call.account}:${call.name}`,
  }),
  holds: fc.uniqueArray(fc.record({ account: fc.nat(2), name, nanos }), {
    maxLength: 10,
    selector: (hold) => `${hold.account}:${hold.name}`,
  }),
  /** Sent a second time, as after a lost connection. */
  again: fc.boolean(),
  /** A pool that closes before. */
  closes: fc.option(fc.record({ account: fc.nat(2), pool: fc.nat(POOLS.length - 1) }), { freq: 8 }),
});
const story = fc.record({
  funds: fc.array(
    fc.array(fc.bigInt({ min: 0n, max: 200n }), { minLength: POOLS.length, maxLength: POOLS.length }),
    {
      minLength: 3,
      maxLength: 3,
    },
  ),
  flushes: fc.array(flush, { minLength: 1, maxLength: 8 }),
});

interface Party {
  accountId: string;
  poolIds: bigint[];
  model: MeterModel;
  /** A call that ended has its name used for a new one, as every call has its own id. */
  ids: Map<number, string>;
}

async function makeParty(funds: bigint[]): Promise<Party> {
  const inAnHour = new Date(Date.now() + 3_600_000);
  const pools = POOLS.map((pool, i) => ({
    pool,
    nanos: funds[i]!,
    ...(i === 2 ? { expiresAt: inAnHour } : {}),
  }));
  return { ...(await fundedAccount(database.db, pools)), model: new MeterModel(funds), ids: new Map() };
}

function idOf({ ids }: Party, called: number): string {
  const id = ids.get(called) ?? uuidv7();
  ids.set(called, id);
  return id;
}

async function run(
  parties: Party[],
  { calls, holds, again, closes }: typeof flush extends fc.Arbitrary<infer T> ? T : never,
) {
  if (closes) {
    const party = parties[closes.account]!;
    party.model.pools[closes.pool]!.open = false;
    await database.db.raw('update ledger_accounts set closed_at = now() where id = ?', [
      String(party.poolIds[closes.pool]),
    ]);
  }
  const settlements = calls.map((call) => ({ ...call, id: idOf(parties[call.account]!, call.name) }));
  for (const { account, name: called } of calls) parties[account]!.ids.delete(called);
  const requests = holds.map((hold) => ({ ...hold, id: idOf(parties[hold.account]!, hold.name) }));
  const batch = uuidv7();
  const send = () =>
    meterFlush(
      client,
      batch,
      settlements.map(({ account, id, nanos: chargeNanos }) =>
        callRecord(aSettlement({ id, accountId: parties[account]!.accountId, chargeNanos })),
      ),
      requests.map(({ account, id, nanos: amountNanos }) =>
        holdRecord(aHold({ id, accountId: parties[account]!.accountId, amountNanos })),
      ),
    );
  const answers = new Map((await send()).map(inModelWords));
  for (const [i, party] of parties.entries()) {
    party.model.settle(
      settlements
        .filter(({ account }) => account === i)
        .map(({ id, nanos: chargeNanos }) => ({ id, chargeNanos })),
    );
    const own = requests
      .filter(({ account }) => account === i)
      .map(({ id, nanos: amountNanos }) => ({ id, amountNanos }));
    expect(own.map(({ id }) => answers.get(id) ?? 'ok')).toEqual(party.model.hold(own));
  }
  if (again) await sendAgain(parties, send, requests);
}

function inModelWords({ id, answer, in_flight: inFlight }: FlushAnswer): [string, string] {
  return [id, answer === 'refused' && inFlight ? 'waits' : answer];
}

/** Nothing that was decided is decided otherwise; what did not fit is a question of its own. */
async function sendAgain(
  parties: Party[],
  send: () => Promise<FlushAnswer[]>,
  requests: { id: string; account: number; nanos: bigint }[],
) {
  const answers = new Map((await send()).map(inModelWords));
  for (const [i, party] of parties.entries()) {
    const own = requests
      .filter(({ account }) => account === i)
      .map(({ id, nanos: amountNanos }) => ({ id, amountNanos }));
    expect(own.map(({ id }) => answers.get(id) ?? 'ok')).toEqual(party.model.hold(own));
  }
}

async function expectSame(parties: Party[]) {
  for (const { accountId, poolIds, model } of parties) {
    const { rows: pools } = await database.db.raw(
      'select posted_nanos, held_nanos from ledger_accounts where account_id = ? order by id',
      [accountId],
    );
    expect(pools).toEqual(
      model.pools.map(({ posted, held }) => ({ posted_nanos: posted, held_nanos: held })),
    );
    expect(poolIds).toHaveLength(pools.length);
    const { rows: usage } = await database.db.raw(
      'select id, charge_nanos - uncollected_nanos as paid, uncollected_nanos as uncollected from usage_events where account_id = ?',
      [accountId],
    );
    expect(new Map(usage.map(({ id, ...amounts }: any) => [id, amounts]))).toEqual(model.charged);
  }
}

it('holds and settles what plain arithmetic says, for any calls, amounts, repetitions and closed pools', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ funds, flushes }) => {
      const parties = await Promise.all(funds.map(makeParty));
      for (const one of flushes) await run(parties, one);
      await expectSame(parties);
    }),
    { numRuns: RUNS },
  );
  expect((await checkLedger(database.db)).filter(({ rows }) => rows.length > 0)).toEqual([]);
}, 120_000);
