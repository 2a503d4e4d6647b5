import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';

export interface ProcessesOptions {
  count: number;
  /** From the signal to the end of a process; what is not done by then is cut. */
  stopSeconds: number;
  log: Logger;
}

// A process that dies at once again and again must not eat the machine.
const backOffMs = [0, 100, 500, 2_000, 5_000, 10_000];
const STEADY_MS = 30_000;
// A restart goes on with the next process while the last one still finishes its long calls.
const DRAIN_PATIENCE_MS = 30_000;

/** Keeps several processes behind one port: starts, replaces, restarts one by one, stops. */
export class Processes {
  readonly #options: ProcessesOptions;
  readonly #serving = new Set<Worker>();
  readonly #all = new Set<Worker>();
  #stopping = false;
  #restarting: Promise<void> | undefined;
  #restartAgain = false;

  constructor(options: ProcessesOptions) {
    this.#options = options;
  }

  /** Rejects when one of them ends before it listens. */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.count }, () => this.#add(0)));
  }

  /** Each process is replaced by a new one that listens before the old one stops. */
  restart(): Promise<void> {
    this.#restartAgain = this.#restarting !== undefined;
    this.#restarting ??= this.#replaceAll().finally(() => {
      this.#restarting = undefined;
      if (this.#restartAgain) void this.restart();
    });
    return this.#restarting;
  }

  /** Resolves when all have finished their calls and are gone: `true` when each ended well. */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    this.#serving.clear();
    const ends = await Promise.all([...this.#all].map((worker) => this.#retire(worker)));
    return ends.every(Boolean);
  }

  async #add(failures: number): Promise<void> {
    const worker = cluster.fork();
    const startedAt = performance.now();
    this.#all.add(worker);
    worker.once('exit', (code, signal) => {
      this.#all.delete(worker);
      if (!this.#serving.delete(worker) || this.#stopping) return;
      const { pid } = worker.process;
      this.#options.log.error({ pid, code, signal }, 'A process of the proxy ended: another takes its place');
      const lasted = performance.now() - startedAt > STEADY_MS;
      void this.#replace(lasted ? 0 : failures + 1);
    });
    const listened = await Promise.race([
      once(worker, 'listening').then(() => true),
      once(worker, 'exit').then(() => false),
    ]);
    if (!listened) throw new Error('A process of the proxy ended before it listened');
    if (this.#stopping) return;
    this.#serving.add(worker);
  }

  async #replace(failures: number): Promise<void> {
    for (let tries = failures; !this.#stopping; tries++) {
      await wait(backOffMs[Math.min(tries, backOffMs.length - 1)]);
      if (this.#stopping) return;
      try {
        return await this.#add(tries);
      } catch (err) {
        this.#options.log.error({ err }, 'A process of the proxy could not be replaced: trying again');
      }
    }
  }

  async #replaceAll(): Promise<void> {
    this.#options.log.info('Restarting the processes one by one');
    for (const old of [...this.#serving]) {
      if (this.#stopping) return;
      try {
        await this.#add(0);
      } catch (err) {
        this.#options.log.error({ err }, 'The new process does not start: the old ones go on');
        return;
      }
      this.#serving.delete(old);
      await Promise.race([this.#retire(old), wait(DRAIN_PATIENCE_MS, undefined, { ref: false })]);
    }
    this.#options.log.info('Restarted');
  }

  async #retire(worker: Worker): Promise<boolean> {
    if (worker.isDead()) return true;
    const exited = once(worker, 'exit') as Promise<[number | null]>;
    worker.process.kill('SIGTERM');
    const cut = setTimeout(() => worker.process.kill('SIGKILL'), this.#options.stopSeconds * 1000);
    const [code] = await exited;
    clearTimeout(cut);
    return code === 0;
  }
}
