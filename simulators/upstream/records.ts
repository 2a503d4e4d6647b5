import type { Behaviour } from './behaviour.ts';
import type { Body } from './plan.ts';

export type Outcome = 'open' | 'completed' | 'refused' | 'aborted_by_client' | 'broken_by_simulator';

/** One request and how it ended. */
export interface RequestRecord {
  path: string;
  model: string | null;
  stream: boolean;
  outcome: Outcome;
  status: number | null;
  chunks_sent: number;
  rawHeaders: readonly string[];
  body: Body | null;
}

export interface Stats {
  requests: number;
  open: number;
  completed: number;
  refused: number;
  /** The client left before the end: what a proxy should do when its own caller leaves. */
  aborted_by_client: number;
  broken_by_simulator: number;
  chunks_sent: number;
  prompt_tokens: number;
  completion_tokens: number;
  by_path: Record<string, number>;
}

const unanswered: Omit<RequestRecord, 'path' | 'rawHeaders'> = {
  model: null,
  stream: false,
  outcome: 'open',
  status: null,
  chunks_sent: 0,
  body: null,
};

const kept = 200;

export interface Ledger {
  stats: Stats;
  /** The latest ones, oldest first. */
  recent: RequestRecord[];
  open(path: string, rawHeaders: readonly string[]): RequestRecord;
  close(record: RequestRecord, outcome: Exclude<Outcome, 'open'>): void;
  clear(): void;
}

const nothing = (): Stats => ({
  requests: 0,
  open: 0,
  completed: 0,
  refused: 0,
  aborted_by_client: 0,
  broken_by_simulator: 0,
  chunks_sent: 0,
  prompt_tokens: 0,
  completion_tokens: 0,
  by_path: {},
});

/** Counts what came and how it ended. */
export function createLedger(): Ledger {
  const ledger: Ledger = {
    stats: nothing(),
    recent: [],
    open(path, rawHeaders) {
      const { stats, recent } = ledger;
      stats.requests += 1;
      stats.open += 1;
      stats.by_path[path] = (stats.by_path[path] ?? 0) + 1;
      const record = { ...unanswered, path, rawHeaders };
      recent.push(record);
      // Cut now and then, not each time: shifting the array at every request would show in a benchmark.
      if (recent.length > kept * 2) recent.splice(0, kept);
      return record;
    },
    close(record, outcome) {
      if (record.outcome !== 'open') return;
      record.outcome = outcome;
      const { stats } = ledger;
      stats.open -= 1;
      stats[outcome] += 1;
      stats.chunks_sent += record.chunks_sent;
    },
    clear() {
      const { open } = ledger.stats;
      ledger.stats = { ...nothing(), open };
      ledger.recent = [];
    },
  };
  return ledger;
}

/** Answers that differ from good ones, by order of the control API. */
export interface Orders {
  standing: Behaviour;
  next: { behaviour: Behaviour; model?: string | undefined; path?: string | undefined; times: number }[];
}

/** The behaviour ordered for the next request that fits, used up by it. */
export function takeOrder(orders: Orders, path: string, model: string): Behaviour | undefined {
  if (orders.next.length === 0) return undefined;
  const index = orders.next.findIndex(
    (order) =>
      (order.model === undefined || order.model === model) &&
      (order.path === undefined || order.path === path),
  );
  const order = orders.next[index];
  if (order === undefined) return undefined;
  order.times -= 1;
  if (order.times <= 0) orders.next.splice(index, 1);
  return order.behaviour;
}
