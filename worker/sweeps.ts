import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

export interface Sweep {
  name: string;
  everyMs: number;
  /** Must be harmless when several processes run it at once. */
  run(): Promise<void>;
}

/** Runs each sweep now and then until the signal; a failed pass is logged and the next one comes as usual. */
export async function runSweeps(sweeps: Sweep[], stopped: AbortSignal, logger: Logger): Promise<void> {
  await Promise.all(sweeps.map((sweep) => repeat(sweep, stopped, logger)));
}

async function repeat({ name, everyMs, run }: Sweep, stopped: AbortSignal, logger: Logger): Promise<void> {
  while (!stopped.aborted) {
    await run().catch((err: unknown) => logger.warn({ err, sweep: name }, 'A sweep failed; it comes again'));
    await sleep(everyMs, undefined, { signal: stopped }).catch(() => undefined);
  }
}
