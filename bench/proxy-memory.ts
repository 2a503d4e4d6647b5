import { readFileSync } from 'node:fs';
import type { BenchContext } from './bench-stack.ts';
import { startLoad } from './load.ts';
import { expectAllBilled, fund, portOf, run, type Target } from './proxy.ts';

const CONNECTIONS = 64;
// From here on everything is compiled, and caches and pools have their size.
const WARM_CALLS = 100_000;
const SLICE_SECONDS = 5;
const BYTES_PER_KIB = 1024;
const MIB = 1024 * 1024;

/** Whether the proxy grows: its memory after a hundred thousand calls, plain and streamed, and after all of them. */
export async function benchProxyMemory(context: BenchContext, calls: number): Promise<void> {
  const { pids, addresses } = context.stack;
  const target = { port: portOf(addresses.proxy), pids: { proxy: pids.proxy ?? 0 } };
  const { report } = context;
  const load = startLoad();
  try {
    await fund(context);
    const idle = residentBytes(target);
    await callUntil(context, load, target, Math.min(WARM_CALLS, calls));
    const warm = residentBytes(target);
    const made = await callUntil(context, load, target, Math.max(0, calls - WARM_CALLS));
    const end = residentBytes(target);
    report({ name: 'memory of the proxy, idle', value: idle / MIB, unit: 'MiB' });
    report({ name: `memory of the proxy after ${WARM_CALLS} calls`, value: warm / MIB, unit: 'MiB' });
    report({
      name: `memory of the proxy after ${made} more`,
      value: end / MIB,
      unit: 'MiB',
      limit: warm / MIB,
    });
    await expectAllBilled(context);
  } finally {
    load.stop();
  }
}

/** Nine slices of plain calls, then one of streams, until there were so many. Answers how many it made. */
async function callUntil(
  context: BenchContext,
  load: ReturnType<typeof startLoad>,
  target: Target,
  calls: number,
): Promise<number> {
  let made = 0;
  for (let slice = 1; made < calls; slice++) {
    const shape = { stream: slice % 10 === 0, connections: CONNECTIONS, seconds: SLICE_SECONDS };
    made += (await run(context, load, target, shape)).latenciesMs.length;
    context.say(`  ${made} calls: ${Math.round(residentBytes(target) / MIB)} MiB`);
  }
  return made;
}

function residentBytes({ pids }: Target): number {
  const status = readFileSync(`/proc/${pids.proxy}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * BYTES_PER_KIB;
}
