import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { aHold, aSettlement } from '../test/support/calls.ts';
import { fundedAccount } from '../test/support/customers.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { capOf, someLimits } from '../test/support/limits.ts';
import { LimitsModel, limitedPools, type ModelLimits } from '../test/support/limits-model.ts';
import { checkLedger } from './ledger-check.ts';
import { callRecord, connectMeter, holdRecord, meterFlush } from './metering.ts';

const RUNS = 40;

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

const nanos = fc.bigInt({ min: 0n, max: 80n });
const account = fc.nat(1);
const called = fc.nat(11);
const cap = fc.bigInt({ min: 0n, max: 250n });
const limits: fc.Arbitrary<ModelLimits> = fc.record({
  costNanos: fc.bigInt({ min: 0n, max: 40n }),
  walletPays: fc.boolean(),
  caps: fc.record(
    { daily_cap: cap, weekly_cap: cap, plan_budget: cap, key_limit: cap },
    { requiredKeys: [] },
  ),
});
const byCall = {
  maxLength: 8,
  selector: (one: { account: number; name: number }) => `${one.account}:${one.name}`,
};
const flush = fc.record({
  calls: fc.uniqueArray(fc.record({ account, name: called, nanos, costNanos: nanos }), byCall),
  holds: fc.uniqueArray(fc.record({ account, name: called, nanos, limits }), byCall),
  /** Sent a second time, as after a lost connection. */
  again: fc.boolean(),
});
const story = fc.record({
  funds: fc.array(fc.array(fc.bigInt({ min: 0n, max: 200n }), { minLength: 4, maxLength: 4 }), {
    minLength: 2,
    maxLength: 2,
  }),
  flushes: fc.array(flush, { minLength: 1, maxLength: 8 }),
});

interface Party {
  accountId: string;
  model: LimitsModel;
  ids: Map<number, string>;
}

async function makeParty(funds: bigint[]): Promise<Party> {
  const pools = limitedPools.map((pool, i) => ({ pool, nanos: funds[i]! }));
  const { accountId } = await fundedAccount(database.db, pools);
  return { accountId, model: new LimitsModel(funds), ids: new Map() };
}

function idOf({ ids }: Party, name: number): string {
  const id = ids.get(name) ?? uuidv7();
  ids.set(name, id);
  return id;
}

const limitsFor = (accountId: string, { costNanos, walletPays, caps }: ModelLimits) => {
  const window = (limit: bigint | undefined) => (limit === undefined ? undefined : capOf(limit));
  return someLimits({
    subjectId: accountId,
    costNanos,
    walletPays,
    dailyCap: window(caps.daily_cap),
    weeklyCap: window(caps.weekly_cap),
    budget: window(caps.plan_budget),
    keyLimit: window(caps.key_limit),
  });
};

async function run(
  parties: Party[],
  { calls, holds, again }: typeof flush extends fc.Arbitrary<infer T> ? T : never,
) {
  const settled = calls.map((call) => ({ ...call, id: idOf(parties[call.account]!, call.name) }));
  for (const { account: i, name } of calls) parties[i]!.ids.delete(name);
  const asked = holds.map((hold) => ({ ...hold, id: idOf(parties[hold.account]!, hold.name) }));
  const batch = uuidv7();
  const settlements = settled.map(({ account: i, id, nanos: chargeNanos, costNanos }) =>
    callRecord(aSettlement({ id, accountId: parties[i]!.accountId, chargeNanos, costNanos })),
  );
  const requests = asked.map(({ account: i, id, nanos: amountNanos, limits: given }) => {
    const { accountId } = parties[i]!;
    return holdRecord(aHold({ id, accountId, amountNanos, limits: limitsFor(accountId, given) }));
  });
  for (const [i, { model }] of parties.entries())
    model.settle(
      settled.filter((call) => call.account === i).map((call) => ({ ...call, chargeNanos: call.nanos })),
    );
  for (let times = again ? 2 : 1; times > 0; times--) {
    const flushed = await meterFlush(client, batch, settlements, requests);
    const answers = new Map(flushed.map((answered) => [answered.id, answered]));
    // Accounts do not meet: the order among them is nobody's business.
    for (const { account: i, id, nanos: amount, limits: given } of asked) {
      const { model } = parties[i]!;
      const answered = answers.get(id);
      expect(answered?.answer ?? 'ok').toBe(model.hold(id, amount, given));
      if (answered) expect(answered.in_flight).toBe(model.wouldFit(amount, given));
    }
  }
}

/** A window in which nothing counts is as good as none. */
function filled(windows: ReadonlyMap<string, { used: bigint; held: bigint }>) {
  return new Map([...windows].filter(([, { used, held }]) => used + held > 0n));
}

async function expectSame(parties: Party[]) {
  for (const { accountId, model } of parties) {
    const pools = await database.db.raw(
      'select posted_nanos as posted, held_nanos as held from ledger_accounts where account_id = ? order by id',
      [accountId],
    );
    expect(pools.rows).toEqual(model.meter.pools.map(({ posted, held }) => ({ posted, held })));
    const windows = await database.db.raw(
      'select scope, used, held from spend_windows where account_id = ?',
      [accountId],
    );
    const counted = windows.rows.map(({ scope, used, held }: any) => [scope, { used, held }]);
    expect(filled(new Map(counted))).toEqual(filled(model.windows));
  }
}

it('holds and settles under limits what plain arithmetic says, for any calls, amounts, limits and repetitions', async () => {
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
