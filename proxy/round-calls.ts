import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import { type Figures, isSiblingMessage, type SiblingMessage } from './siblings.ts';

const PATIENCE_MS = 1_000;
// Of a process that is gone only what it counted still means something.
const lasting = new Set(['counter', 'histogram']);

interface Round {
  reports: unknown[];
  waitingFor: Set<Worker>;
  finish(): void;
}

/** Carries questions of one process to all of them and their reports back. */
export function carryReports(): void {
  const rounds = new Map<number, Round>();
  let lastRound = 0;
  let departed: Figures = [];
  let adding = Promise.resolve();

  const ask = (worker: Worker, message: SiblingMessage & { tollgate: 'ask' }) => {
    const id = ++lastRound;
    const workers = Object.values(cluster.workers ?? {}).filter((one) => one?.isConnected());
    const reports: unknown[] = message.topic === 'figures' && departed.length > 0 ? [departed] : [];
    const finish = () => {
      clearTimeout(timer);
      rounds.delete(id);
      send(worker, { tollgate: 'answer', id: message.id, reports });
    };
    const timer = setTimeout(finish, PATIENCE_MS);
    rounds.set(id, { reports, waitingFor: new Set(workers as Worker[]), finish });
    for (const one of workers) if (one) send(one, { tollgate: 'report', id, topic: message.topic });
  };

  const take = (worker: Worker, id: number, report: unknown[]) => {
    const round = rounds.get(id);
    if (!round?.waitingFor.delete(worker)) return;
    round.reports.push(...report);
    if (round.waitingFor.size === 0) round.finish();
  };

  cluster.on('message', (worker, message: unknown) => {
    if (!isSiblingMessage(message)) return;
    if (message.tollgate === 'ask') ask(worker, message);
    else if (message.tollgate === 'reported') take(worker, message.id, [message.report]);
    else if (message.tollgate === 'goodbye')
      adding = adding.then(async () => {
        departed = await addDeparted(departed, message.figures);
      });
  });
  cluster.on('exit', (worker) => {
    for (const id of rounds.keys()) take(worker, id, []);
  });
}

async function addDeparted(departed: Figures, last: Figures): Promise<Figures> {
  const counted = last.filter(({ type }) => lasting.has(String(type)));
  return AggregatorRegistry.aggregate([departed, counted]).getMetricsAsJSON() as Promise<Figures>;
}

function send(worker: Worker, message: SiblingMessage): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}
