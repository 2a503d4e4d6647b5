import { setTimeout as sleep } from 'node:timers/promises';
import type { GuardedProcess } from './guarded-process.ts';

export interface ServiceOptions {
  /** As people read it: "the api". */
  title: string;
  /** Resolves when it answers; rejects with one sentence. */
  start(): Promise<GuardedProcess>;
  say(line: string): void;
  /** After each start, the first one included. */
  onStarted(process: GuardedProcess): void;
}

export interface Service {
  stop(): Promise<void>;
}

/** Seconds before the next try, by the number of tries that did not last. */
const backOff = [0.1, 0.5, 1, 2, 5, 10, 30];
/** Who ran this long was started well: the next end counts from the beginning. */
const STEADY_SECONDS = 30;

/** Starts a part and starts it again whenever it ends by itself. Rejects when the first start fails. */
export async function keepRunning(options: ServiceOptions): Promise<Service> {
  const { title, start, say, onStarted } = options;
  const stopping = new AbortController();
  let current = await start();
  onStarted(current);

  const restarts = (async () => {
    for (let failures = 0; ; ) {
      const since = Date.now();
      const how = await current.exited;
      if (stopping.signal.aborted) return;
      failures = Date.now() - since > STEADY_SECONDS * 1000 ? 0 : failures + 1;
      say(`${title} ${how}: it is started again.`);
      const next = await startAgain(options, failures, stopping.signal);
      if (!next) return;
      current = next;
      onStarted(current);
      // Asked to stop while it started.
      if (stopping.signal.aborted) return current.stop();
      say(`${title} runs again (pid ${current.pid}).`);
    }
  })();

  return {
    stop: async () => {
      stopping.abort();
      await current.stop();
      await restarts;
    },
  };
}

async function startAgain(
  { start, say }: ServiceOptions,
  failures: number,
  stopping: AbortSignal,
): Promise<GuardedProcess | undefined> {
  for (let tries = failures; !stopping.aborted; tries++) {
    const seconds = backOff[Math.min(tries, backOff.length) - 1] ?? 0.1;
    await sleep(seconds * 1000, undefined, { signal: stopping }).catch(() => {});
    if (stopping.aborted) return undefined;
    try {
      return await start();
    } catch (error) {
      say(`${(error as Error).message} Trying again.`);
    }
  }
  return undefined;
}
