import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { NANOS_PER_USD } from '../billing/money.ts';
import { noUsage } from '../billing/usage.ts';
import type { Db } from '../db/connection.ts';
import { callRecord, connectMeter, type HoldRequest, holdRecord, meterFlush } from '../db/metering.ts';
import type { BenchContext } from './bench-stack.ts';
import { cpuMicroseconds } from './cpu.ts';
import { fillUsageLog } from './usage-fill.ts';

const BATCH = 64;
const WARM_MS = 10_000;
const accountCounts = [1, BATCH, 1_000, 1_000_000];
const HISTORY_ROWS = 10_000_000;
const keyId = uuidv7();

/** What a call costs Postgres in flushes of 64 calls, by how many accounts call and how long the log is. */
export async function benchProxyScale(context: BenchContext, named: boolean): Promise<void> {
  const { db, stack, say } = context;
  await fillPools(db, Math.max(...accountCounts));
  const client = await connectMeter(stack.addresses.postgres, 60);
  try {
    for (const accounts of accountCounts) await measure(context, client, accounts, 'no history');
    if (!named) return;
    await fillUsageLog(db, stack.demo.customer.accountId, HISTORY_ROWS, say);
    await measure(context, client, 1_000, `${HISTORY_ROWS / 1_000_000} million calls of history`);
  } finally {
    await client.end();
  }
}

async function measure(
  { db, stack, seconds, report }: BenchContext,
  client: pg.Client,
  accounts: number,
  history: string,
): Promise<void> {
  let running: HoldRequest[] = [];
  const step = async () => {
    const next = Array.from({ length: BATCH }, () => aHold(Math.floor(Math.random() * accounts)));
    const answers = await meterFlush(client, uuidv7(), running.map(settled), next.map(holdRecord));
    if (answers.length > 0) throw new Error(`A flush answered ${answers[0]?.answer}`);
    running = next;
  };
  // What filling left to write is written, and each page has gone whole into the WAL once: in a deployment as busy as
  // this that is a second of the minutes between two checkpoints.
  await db.raw('checkpoint');
  for (const until = performance.now() + WARM_MS; performance.now() < until; ) await step();
  const cpu = () => cpuMicroseconds(stack.pids.postgres ?? 0);
  const [before, startedAt] = [cpu(), performance.now()];
  let flushes = 0;
  for (; performance.now() - startedAt < seconds * 1000; flushes++) await step();
  const milliseconds = performance.now() - startedAt;
  const used = cpu() - before;
  await meterFlush(client, uuidv7(), running.map(settled), []);
  const at = `${accounts.toLocaleString('en')} accounts, ${history}`;
  report({ name: `CPU of Postgres a call, ${at}`, value: used / flushes / BATCH, unit: 'µs' });
  report({ name: `flush of ${BATCH} calls, ${at}`, value: milliseconds / flushes, unit: 'ms' });
}

const accountOf = (n: number) => `20000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

function aHold(account: number): HoldRequest {
  return {
    id: uuidv7(),
    accountId: accountOf(account),
    amountNanos: 100_000n,
    apiKeyId: keyId,
    modelId: 'gpt-4o-mini',
    route: '/v1/chat/completions',
    streamed: false,
    seconds: 600,
  };
}

function settled(hold: HoldRequest) {
  return callRecord({
    ...hold,
    priceVersion: 1n,
    upstreamId: 'simulated',
    outcome: 'finished',
    estimated: false,
    httpStatus: 200,
    usage: { ...noUsage, input: 10, output: 5 },
    chargeNanos: 12_345n,
    costNanos: 9_000n,
    startedAt: new Date(),
    firstByteMs: 3,
    durationMs: 4,
  });
}

/** Wallets of accounts that do nothing but call: without the rest of an account, which a flush does not read. */
async function fillPools(db: Db, accounts: number): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0; set local session_replication_role = replica');
    await trx.raw(
      `insert into ledger_accounts (account_id, pool, spend_order, posted_nanos)
       select ('20000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'wallet', 4, ${1_000_000n * NANOS_PER_USD}
         from generate_series(0, ${accounts - 1}) n`,
    );
  });
  await db.raw('vacuum (analyze) ledger_accounts');
}
