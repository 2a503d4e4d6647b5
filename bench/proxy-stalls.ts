import { setTimeout as wait } from 'node:timers/promises';
import type { Db } from '../db/connection.ts';
import { ensureUsagePartitions } from '../db/usage-partitions.ts';
import type { BenchContext } from './bench-stack.ts';
import { percentile, startLoad } from './load.ts';
import { expectAllBilled, fund, portOf, run, shapes } from './proxy.ts';
import { warmWal } from './warm-wal.ts';

const CONNECTIONS = 256;
// Code is compiled, and connections are known.
const WARM_SECONDS = 6;
const SECONDS = 30;
const UPKEEP_EVERY_MS = 5_000;

/**
 * The longest that a caller hears nothing while Postgres writes checkpoints and partitions are made, in half a minute of
 * as many calls as the machine can make.
 */
export async function benchProxyStalls(context: BenchContext): Promise<void> {
  const { stack, db, report } = context;
  const target = { port: portOf(stack.addresses.proxy), pids: { proxy: stack.pids.proxy ?? 0 } };
  const load = startLoad();
  try {
    await fund(context);
    await warmWal(db);
    for (const [shape, stream] of Object.entries(shapes)) {
      const options = { stream, connections: CONNECTIONS };
      await run(context, load, target, { ...options, seconds: WARM_SECONDS });
      const upkeep = keepUp(db);
      const { latenciesMs, silencesMs } = await run(context, load, target, { ...options, seconds: SECONDS });
      const { checkpoints, partitions } = await upkeep.stop();
      const at = `${shape} at ${CONNECTIONS} connections`;
      report({ name: `calls, ${at}`, value: latenciesMs.length, unit: 'calls' });
      report({ name: 'checkpoints meanwhile', value: checkpoints, unit: 'checkpoints' });
      report({ name: 'partitions made meanwhile', value: partitions, unit: 'partitions' });
      for (const [name, of] of [
        ['call', latenciesMs],
        ['silence', silencesMs],
      ] as const) {
        report({ name: `${name} p50, ${at}`, value: percentile(of, 0.5), unit: 'ms' });
        report({ name: `${name} p99.9, ${at}`, value: percentile(of, 0.999), unit: 'ms' });
        report({ name: `longest ${name}, ${at}`, value: percentile(of, 1), unit: 'ms' });
      }
    }
    await expectAllBilled(context);
  } finally {
    load.stop();
  }
}

/** What happens anyway every few minutes or months, every few seconds. */
function keepUp(db: Db) {
  const done = { checkpoints: 0, partitions: 0 };
  const stopping = new AbortController();
  const upkeep = (async () => {
    while (!stopping.signal.aborted) {
      await wait(UPKEEP_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      await db.raw('checkpoint');
      done.checkpoints += 1;
      done.partitions += await makeMonth(db);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await upkeep;
      return done;
    },
  };
}

async function countPartitions(db: Db): Promise<number> {
  const { rows } = await db.raw('select count(*)::int as n from usage_partitions');
  return rows[0].n;
}

/** Each time one month further ahead. */
async function makeMonth(db: Db): Promise<number> {
  const before = await countPartitions(db);
  await ensureUsagePartitions(db, before);
  return (await countPartitions(db)) - before;
}
