import cluster from 'node:cluster';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { UpstreamState } from './upstream-health.ts';

export type Figures = MetricObjectWithValues<MetricValue<string>>[];

/** What each process of a proxy can tell of itself. */
export interface Reports {
  readiness: { missing: string[]; draining: boolean; upstreams: UpstreamState[] };
  figures: Figures;
}

export type Topic = keyof Reports;

export type Reporter = { [T in Topic]: () => Reports[T] | Promise<Reports[T]> };

export interface Siblings {
  /** How many there should be. */
  count: number;
  /** What every process says, this one included. Who is silent is left out. */
  ask<T extends Topic>(topic: T): Promise<Reports[T][]>;
  /** The last that is heard of this process: its figures stay counted. */
  sayGoodbye(): Promise<void>;
}

/** Between a process and the one that started it. */
export type SiblingMessage =
  | { tollgate: 'ask'; id: number; topic: Topic }
  | { tollgate: 'answer'; id: number; reports: unknown[] }
  | { tollgate: 'report'; id: number; topic: Topic }
  | { tollgate: 'reported'; id: number; report: unknown }
  | { tollgate: 'goodbye'; figures: Figures };

const PATIENCE_MS = 2_000;

export function isSiblingMessage(message: unknown): message is SiblingMessage {
  return typeof message === 'object' && message !== null && 'tollgate' in message;
}

/** Where one process is the whole proxy. */
function alone(reporter: Reporter): Siblings {
  return {
    count: 1,
    ask: async (topic) => [await reporter[topic]()],
    sayGoodbye: async () => undefined,
  };
}

/** Asks the others by way of the process that started them, and answers when they ask. */
export function meetSiblings(reporter: Reporter, count: number): Siblings {
  if (!cluster.isWorker) return alone(reporter);
  const asked = new Map<number, (reports: unknown[]) => void>();
  let lastId = 0;
  let gone = false;
  process.on('message', (message) => {
    if (!isSiblingMessage(message)) return;
    if (message.tollgate === 'answer') asked.get(message.id)?.(message.reports);
    else if (message.tollgate === 'report' && !gone) void report(reporter, message.id, message.topic);
  });
  return {
    count,
    ask: async <T extends Topic>(topic: T) => {
      const id = ++lastId;
      const answer = await new Promise<unknown[]>((resolve) => {
        asked.set(id, resolve);
        setTimeout(resolve, PATIENCE_MS, []).unref();
        void tell({ tollgate: 'ask', id, topic });
      });
      asked.delete(id);
      return answer.length > 0 ? (answer as Reports[T][]) : [await reporter[topic]()];
    },
    sayGoodbye: async () => {
      const figures = await reporter.figures();
      gone = true;
      await tell({ tollgate: 'goodbye', figures });
    },
  };
}

async function report(reporter: Reporter, id: number, topic: Topic): Promise<void> {
  await tell({ tollgate: 'reported', id, report: await reporter[topic]() });
}

/** Resolves when it is sent, or when there is nobody left to hear it. */
function tell(message: SiblingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
