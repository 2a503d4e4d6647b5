/**
 * `npm run bench [-- NAME ...] [--json] [--seconds N]`: what Tollgate reaches on this machine, beside the limit that
 * the same machine reached in the same run. Without a name everything is measured. docs/benchmarks.md explains the figures.
 */
import { parseArgs } from 'node:util';
import { type BenchContext, withBenchStack } from './bench-stack.ts';
import { benchProxy } from './proxy.ts';
import { benchProxyMemory } from './proxy-memory.ts';
import { benchProxyScale } from './proxy-scale.ts';
import { benchProxyStalls } from './proxy-stalls.ts';
import { benchRenewals } from './renewals.ts';
import { reporter } from './report.ts';
import { benchTopUp } from './top-up.ts';
import { benchUsageLog } from './usage-log.ts';

const benchmarks: Record<string, (context: BenchContext, named: boolean) => Promise<void>> = {
  'top-up': benchTopUp,
  proxy: benchProxy,
  // Minutes: only where it is asked for.
  'proxy-memory': async (context, named) =>
    named ? benchProxyMemory(context, Number(values.calls)) : undefined,
  'proxy-scale': benchProxyScale,
  'proxy-stalls': async (context, named) => (named ? benchProxyStalls(context) : undefined),
  renewals: benchRenewals,
  'usage-log': benchUsageLog,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '1000000' },
  },
});
const unknown = positionals.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(benchmarks).join(', ')}.`,
  );
  process.exit(2);
}

const names = positionals.length > 0 ? positionals : Object.keys(benchmarks);
const report = reporter(values.json);
const say = (line: string) => void (values.json || console.log(line));
await withBenchStack({ report, say, seconds: Number(values.seconds) }, async (context) => {
  for (const name of names) {
    say(`\n${name}`);
    await benchmarks[name]?.(context, positionals.includes(name));
  }
});
process.exit();
