import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NANOS_PER_USD } from '../billing/money.ts';
import { postTransfer, systemAccounts, walletOf } from '../db/ledger.ts';
import type { BenchContext } from './bench-stack.ts';
import { cpuMicroseconds } from './cpu.ts';
import { type LoadReport, percentile, startLoad } from './load.ts';
import { warmWal } from './warm-wal.ts';

const connectionCounts = [1, 16, 64, 256];
export const shapes = { plain: false, streaming: true };

export interface Target {
  port: number;
  /** Whose CPU counts, by the name that the figure has. */
  pids: Record<string, number>;
}

interface Measured extends LoadReport {
  perSecond: number;
  cpuPerCall: Record<string, number>;
}

/** Proxied calls a second, added latency and CPU a call, against the same code without metering. */
export async function benchProxy(context: BenchContext): Promise<void> {
  await fund(context);
  await warmWal(context.db);
  const load = startLoad();
  const bare = fork(fileURLToPath(new URL('./bare-proxy.ts', import.meta.url)), {
    env: { ...process.env, DATABASE_URL: context.stack.addresses.postgres },
  });
  try {
    const [{ port }] = (await once(bare, 'message')) as [{ port: number }];
    const { pids, addresses } = context.stack;
    const targets = {
      upstream: { port: portOf(addresses.upstream), pids: {} },
      bare: { port, pids: { proxy: bare.pid ?? 0 } },
      metered: {
        port: portOf(addresses.proxy),
        pids: { proxy: pids.proxy ?? 0, Postgres: pids.postgres ?? 0 },
      },
    };
    for (const [shape, stream] of Object.entries(shapes))
      for (const connections of connectionCounts)
        await compare(context, load, targets, shape, stream, connections);
    await expectAllBilled(context);
  } finally {
    load.stop();
    bare.disconnect();
  }
}

async function compare(
  context: BenchContext,
  load: ReturnType<typeof startLoad>,
  targets: Record<'upstream' | 'bare' | 'metered', Target>,
  shape: string,
  stream: boolean,
  connections: number,
): Promise<void> {
  const at = `${shape} at ${connections} connections`;
  const measure = (target: Target, seconds = context.seconds) =>
    run(context, load, target, { stream, connections, seconds });
  await measure(targets.metered, 1);
  await measure(targets.bare, 1);
  const upstream = await measure(targets.upstream);
  const bare = await measure(targets.bare);
  const metered = await measure(targets.metered);
  const { report } = context;
  report({ name: `proxy calls, ${at}`, value: metered.perSecond, unit: 'per second', limit: bare.perSecond });
  for (const [share, label] of [
    [0.5, 'p50'],
    [0.99, 'p99'],
  ] as const) {
    const added = (one: LoadReport) =>
      percentile(one.latenciesMs, share) - percentile(upstream.latenciesMs, share);
    report({ name: `added latency ${label}, ${at}`, value: added(metered), unit: 'ms', limit: added(bare) });
  }
  if (stream) {
    const first = (one: LoadReport) => percentile(one.firstBytesMs, 0.5);
    report({ name: `first byte p50, ${at}`, value: first(metered), unit: 'ms', limit: first(bare) });
  }
  report({
    name: `CPU of the proxy a call, ${at}`,
    value: metered.cpuPerCall.proxy ?? 0,
    unit: 'µs',
    limit: bare.cpuPerCall.proxy,
  });
  report({ name: `CPU of Postgres a call, ${at}`, value: metered.cpuPerCall.Postgres ?? 0, unit: 'µs' });
  // Of a stream that waits its turn among others much time passes, but not in silence.
  for (const [name, of] of [
    ['slowest call', (one: LoadReport) => one.latenciesMs],
    ['longest silence', (one: LoadReport) => one.silencesMs],
  ] as const)
    report({
      name: `${name}, ${at}`,
      value: percentile(of(metered), 1),
      unit: 'ms',
      limit: percentile(of(bare), 1),
    });
}

export async function run(
  context: BenchContext,
  load: ReturnType<typeof startLoad>,
  target: Target,
  { stream, connections, seconds }: { stream: boolean; connections: number; seconds: number },
): Promise<Measured> {
  const cpu = () => Object.entries(target.pids).map(([name, pid]) => [name, cpuMicroseconds(pid)] as const);
  const before = Object.fromEntries(cpu());
  const result = await load.run({
    host: '127.0.0.1',
    port: target.port,
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${context.stack.demo.apiKey}` },
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Say something short about tollgates.' }],
      max_tokens: 64,
      stream,
    }),
    connections,
    seconds,
  });
  const failures = Object.entries(result.failures);
  if (failures.length > 0) throw new Error(`Calls failed: ${JSON.stringify(result.failures)}`);
  const calls = result.latenciesMs.length;
  const cpuPerCall = Object.fromEntries(
    cpu().map(([name, used]) => [name, (used - (before[name] ?? 0)) / calls]),
  );
  return { ...result, perSecond: calls / result.seconds, cpuPerCall };
}

export const portOf = (address: string) => Number(new URL(address).port);

export async function fund({ db, stack }: BenchContext): Promise<void> {
  const { accountId } = stack.demo.customer;
  await db.transaction(async (trx) => {
    await postTransfer(trx, {
      key: `bench:${crypto.randomUUID()}`,
      kind: 'adjustment',
      reference: 'bench',
      accountId,
      debitId: systemAccounts.voucherExpense,
      creditId: await walletOf(trx, accountId),
      amountNanos: 1_000_000n * NANOS_PER_USD,
    });
  });
}

/** Speed that loses money is no speed: every charged call must be paid for by the ledger. */
export async function expectAllBilled({ db }: BenchContext): Promise<void> {
  const { rows } = await db.raw<{ rows: { charged: bigint; posted: bigint }[] }>(
    `select (select coalesce(sum(charge_nanos), 0) from usage_events)::bigint as charged,
            (select coalesce(sum(amount_nanos), 0) from usage_postings)::bigint as posted`,
  );
  const [sums] = rows;
  if (!sums || sums.charged === 0n || sums.charged !== sums.posted)
    throw new Error('Usage and ledger disagree');
}
