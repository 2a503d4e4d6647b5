import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { v7 as uuidv7 } from 'uuid';
import { fundedAccount } from '../test/support/customers.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { connect, type Db } from './connection.ts';
import { checkLedger } from './ledger-check.ts';
import { countUsage } from './usage-hours.ts';
import { sumUsage, type UsageGrouping } from './usage-summary.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const keys = [uuidv7(), uuidv7()];
const models = ['small', 'large'];
// From UTC: whole hours, a half, three quarters; with a change of clocks on 25 October.
const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Pacific/Chatham', 'America/St_Johns'];

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await testDatabase();
  // Hours are UTC's, wherever the one who counts and the one who reads take themselves to be.
  await database.db.raw(
    `do $$ begin execute format('alter database %I set timezone to ''Asia/Kolkata''', current_database()); end $$`,
  );
  db = connect({ url: database.url });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

interface LoggedCall {
  atMs: number;
  model: string;
  key: string;
  charge: number;
}

async function log(accountId: string, { atMs, model, key, charge }: LoggedCall): Promise<void> {
  await db.raw(
    `insert into usage_events (id, account_id, api_key_id, model_id, route, streamed, outcome, started_at,
       input_tokens, cache_read_tokens, output_tokens, charge_nanos, wallet_nanos, uncollected_nanos)
     values (:id, :accountId, :key, :model, '/', true, 'finished', :at, 5, 2, 3, :charge, :charge - 1, 1)`,
    { id: uuidv7({ msecs: atMs }), accountId, key, model, charge, at: new Date(atMs) },
  );
}

const aCall = (atMs: number, charge = 1): LoggedCall => ({ atMs, model: 'small', key: keys[0]!, charge });
const countAll = async () => {
  while (await countUsage(database.db));
};
const countAgain = () => db.raw(`truncate usage_hours; update usage_counted set upto = 'epoch'`);
const newAccount = async () => (await fundedAccount(db, [])).accountId;

/** A call in flight since then. */
async function holdSince(accountId: string, atMs: number): Promise<void> {
  await db.raw(
    `insert into holds (id, account_id, ledger_account_ids, amounts_nanos, api_key_id, model_id, route, streamed, expires_at)
     values (?, ?, '{}', '{}', ?, 'small', '/', false, now() + interval '1 hour')`,
    [uuidv7({ msecs: atMs }), accountId, keys[0]!],
  );
}

async function countedCalls(accountId: string): Promise<number> {
  const { rows } = await db.raw(
    'select coalesce(sum(calls), 0)::int as n from usage_hours where account_id = ?',
    [accountId],
  );
  return rows[0].n;
}

/** What the sums must be: every call by itself. */
function addUp(calls: LoggedCall[], nameOf: (call: LoggedCall) => string | null): Map<string | null, string> {
  const sums = new Map<string | null, [number, number]>();
  for (const call of calls) {
    const [count, charge] = sums.get(nameOf(call)) ?? [0, 0];
    sums.set(nameOf(call), [count + 1, charge + call.charge]);
  }
  return new Map(
    [...sums].map(([name, [count, charge]]) => [
      name,
      `${count} calls, ${7 * count} in, ${3 * count} out, ${charge}`,
    ]),
  );
}

describe('sums of the usage log', () => {
  it('are the same whatever is counted by the hour, for any span, zone, filter and grouping', async () => {
    const base = Date.parse('2026-10-24T00:00:00Z');
    const instant = fc.integer({ min: 0, max: 3 * 24 * 60 }).map((minutes) => base + minutes * MINUTE_MS);
    // Often on the hour, where a mistake would count a call twice or not at all.
    const edge = fc.oneof(
      instant,
      fc.integer({ min: 0, max: 72 }).map((hours) => base + hours * HOUR_MS),
    );
    const call = fc.record({
      atMs: fc
        .tuple(edge, fc.constantFrom(-1, 0, 1, 12_345))
        .map(([at, shift]) => Math.max(base, at + shift)),
      model: fc.constantFrom(...models),
      key: fc.constantFrom(...keys),
      charge: fc.integer({ min: 1, max: 1_000 }),
    });
    const asked = fc.record({
      from: edge,
      to: edge,
      zone: fc.constantFrom(...zones),
      model: fc.option(fc.constantFrom(...models), { nil: undefined }),
      keyId: fc.option(fc.constantFrom(...keys), { nil: undefined }),
      groupBy: fc.constantFrom<UsageGrouping>('day', 'model', 'key'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 30 }),
        edge,
        fc.array(asked, { minLength: 4, maxLength: 8 }),
        async (calls, countedUpto, questions) => {
          const accountId = await newAccount();
          await countAgain();
          const early = calls.filter(({ atMs }) => atMs < countedUpto);
          for (const one of early) await log(accountId, one);
          await holdSince(accountId, countedUpto);
          await countAll();
          await db.raw('delete from holds where account_id = ?', [accountId]);
          for (const one of calls) if (!early.includes(one)) await log(accountId, one);
          for (const { from, to, zone, model, keyId, groupBy } of questions) {
            const inside = calls.filter(
              (one) =>
                one.atMs >= from &&
                one.atMs < to &&
                (!model || one.model === model) &&
                (!keyId || one.key === keyId),
            );
            const day = ({ atMs }: LoggedCall) => DateTime.fromMillis(atMs, { zone }).toISODate();
            const nameOf = { day, model: (one: LoggedCall) => one.model, key: (one: LoggedCall) => one.key };
            const sums = await sumUsage(db, accountId, {
              from: new Date(from).toISOString(),
              to: new Date(to).toISOString(),
              timeZone: zone,
              groupBy,
              model,
              keyId,
            });
            const words = new Map(
              sums.map((sum) => [
                sum.name,
                `${sum.calls} calls, ${sum.inputTokens} in, ${sum.outputTokens} out, ${sum.chargeNanos}`,
              ]),
            );
            const total = addUp(inside, () => null).get(null) ?? '0 calls, 0 in, 0 out, 0';
            expect(words.get(null)).toBe(total);
            words.delete(null);
            expect(words).toEqual(addUp(inside, nameOf[groupBy]));
          }
          await db.raw('delete from usage_events where account_id = ?', [accountId]);
        },
      ),
      { numRuns: 40 },
    );
    await countAgain();
  }, 120_000);
});

describe('counting usage by the hour', () => {
  it('counts each call once, also when several processes count at once, again and again', async () => {
    const accountId = await newAccount();
    const now = Date.now();
    for (let i = 0; i < 40; i++) await log(accountId, aCall(now - 20 * HOUR_MS + i * 20 * MINUTE_MS));
    const counting = Array.from({ length: 6 }, () => countAll().catch((error) => error.code));
    // Who comes second sees that the first was there, and gives up.
    for (const outcome of await Promise.all(counting)) expect([undefined, '40001']).toContain(outcome);
    await countAll();
    await countAll();
    expect(await countedCalls(accountId)).toBe(40);
    expect((await checkLedger(db)).find(({ name }) => name.startsWith('usage by the hour'))?.rows).toEqual(
      [],
    );
  });

  it('leaves the last minutes alone, and everything since the oldest call in flight', async () => {
    const accountId = await newAccount();
    const now = Date.now();
    const startedAt = now - 90 * MINUTE_MS;
    await holdSince(accountId, startedAt);
    for (const minutes of [1, 80, 100]) await log(accountId, aCall(now - minutes * MINUTE_MS));
    await countAll();
    expect(await countedCalls(accountId)).toBe(1);
    await log(accountId, aCall(startedAt));
    await db.raw('delete from holds where account_id = ?', [accountId]);
    await countAll();
    expect(await countedCalls(accountId)).toBe(3);
    const [total] = await sumUsage(db, accountId, { timeZone: 'UTC', groupBy: 'model' });
    expect(total).toMatchObject({ calls: 4n, chargeNanos: 4n });
  });

  it('is checked: a call that was written after its hour was counted is reported', async () => {
    const accountId = await newAccount();
    await countAgain();
    await log(accountId, aCall(Date.now() - 5 * HOUR_MS));
    await countAll();
    await log(accountId, aCall(Date.now() - 5 * HOUR_MS));
    const check = (await checkLedger(db)).find(({ name }) => name.startsWith('usage by the hour'));
    expect(check?.rows).toMatchObject([{ account_id: accountId, calls: 2n, kept_calls: 1n }]);
  });
});
