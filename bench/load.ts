import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface LoadOptions {
  host: string;
  port: number;
  path: string;
  headers: Record<string, string>;
  body: string;
  connections: number;
  seconds: number;
}

export interface LoadReport {
  latenciesMs: number[];
  firstBytesMs: number[];
  /** Of each call, the longest time in which its connection heard nothing. */
  silencesMs: number[];
  /** Reason → how often. Anything but a 200 read to its end. */
  failures: Record<string, number>;
  seconds: number;
}

/** Starts the load generator's process; each call of `run` is one measurement. */
export function startLoad(): { run(options: LoadOptions): Promise<LoadReport>; stop(): void } {
  const child: ChildProcess = fork(new URL('./load-worker.ts', import.meta.url), {
    serialization: 'advanced',
  });
  return {
    run: async (options) => {
      child.send(options);
      const [report] = (await once(child, 'message')) as [LoadReport & { error?: string }];
      if (report.error) throw new Error(`The load generator failed: ${report.error}`);
      return report;
    },
    stop: () => child.disconnect(),
  };
}

/** The value below which `share` of the samples lie; 0 of none. */
export function percentile(samples: number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
