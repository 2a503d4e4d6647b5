import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../../db/connection.ts';
import { checkLedger } from '../../db/ledger-check.ts';
import type { HoldLimits } from '../../db/limited-holds.ts';
import {
  callRecord,
  connectMeter,
  type HoldRequest,
  holdRecord,
  type MeterRecord,
  meterFlush,
  type Settlement,
} from '../../db/metering.ts';
import { aHold, aSettlement } from './calls.ts';
import { balances, type FundedPool, fundedAccount } from './customers.ts';
import { testDatabase } from './database.ts';
import { someLimits } from './limits.ts';

/** A database of its own, and the words in which tests speak of calls under limits. */
export async function limitedCalls() {
  const database = await testDatabase();
  const { db } = database;
  const client = await connectMeter(database.url, 10);

  async function flush(holds: MeterRecord[], calls: MeterRecord[] = []): Promise<Map<string, string>> {
    const answers = await meterFlush(client, uuidv7(), calls, holds);
    return new Map(answers.map(({ id, answer, available_nanos }) => [id, `${answer} ${available_nanos}`]));
  }

  /** Asks for these amounts in one flush, one after the other, under the same limits. */
  async function ask(
    accountId: string,
    limits: Partial<HoldLimits>,
    ...holds: (bigint | Partial<HoldRequest>)[]
  ) {
    const all = someLimits({ subjectId: accountId, ...limits });
    const requests = holds.map((hold) =>
      aHold({
        accountId,
        amountNanos: 0n,
        limits: all,
        ...(typeof hold === 'bigint' ? { amountNanos: hold } : hold),
      }),
    );
    const answers = await flush(requests.map(holdRecord));
    const ids = requests.map(({ id }) => id);
    return { ids, answers: ids.map((id) => answers.get(id) ?? 'ok') };
  }

  return {
    db,
    client,
    flush,
    ask,
    account: async (...pools: FundedPool[]) => (await fundedAccount(db, pools)).accountId,
    settle: (accountId: string, id: string, call: Partial<Settlement>) =>
      meterFlush(client, uuidv7(), [callRecord(aSettlement({ id, accountId, ...call }))], []),
    /** What each pool holds. */
    held: async (accountId: string) =>
      (await balances(db, accountId)).map(([pool, , nanos]) => `${pool} ${nanos}`),
    windows: (accountId: string) => windowsOf(db, accountId),
    /** Drops the database. Returns what `ledger:check` found. */
    async end() {
      const drift = (await checkLedger(db)).filter(({ rows }) => rows.length > 0);
      await client.end();
      await database.drop();
      return drift;
    },
  };
}

/** used and held by scope. */
async function windowsOf(db: Db, accountId: string): Promise<Record<string, [bigint, bigint]>> {
  const { rows } = await db.raw(
    'select scope, used, held from spend_windows where account_id = ? order by id',
    [accountId],
  );
  return Object.fromEntries(rows.map((row: any) => [row.scope, [row.used, row.held]]));
}
