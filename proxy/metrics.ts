import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client';
import type { Outcome } from '../billing/outcome.ts';

export interface ProxyMetrics {
  registry: Registry;
  callEnded(route: string, outcome: Outcome, milliseconds: number): void;
  refused(code: string): void;
  flushed(holds: number, settlements: number, milliseconds: number): void;
}

export interface WaitingCounts {
  holds: number;
  settlements: number;
}

export function createMetrics(
  registry: Registry,
  waiting: () => WaitingCounts,
  inFlight: () => number,
): ProxyMetrics {
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const calls = new Histogram({
    name: 'tollgate_call_seconds',
    help: 'Metered calls from the request to the settlement',
    labelNames: ['route', 'outcome'],
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers,
  });
  const refusals = new Counter({
    name: 'tollgate_refusals_total',
    help: 'Errors answered by the proxy, by code',
    labelNames: ['code'],
    registers,
  });
  const flushes = new Histogram({
    name: 'tollgate_flush_seconds',
    help: 'Group commits of holds and settlements',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const flushed = new Counter({
    name: 'tollgate_flushed_total',
    help: 'Holds and settlements that were committed',
    labelNames: ['kind'],
    registers,
  });
  const ended = remembered((route, outcome) => calls.labels({ route, outcome }));
  waitingGauge(registry, waiting);
  new Gauge({
    name: 'tollgate_calls_in_flight',
    help: 'Requests that are being answered',
    registers,
    collect() {
      this.set(inFlight());
    },
  });
  return {
    registry,
    callEnded: (route, outcome, milliseconds) => ended(route, outcome).observe(milliseconds / 1000),
    refused: (code) => refusals.inc({ code }),
    flushed: (holds, settlements, milliseconds) => {
      flushes.observe(milliseconds / 1000);
      flushed.inc({ kind: 'hold' }, holds);
      flushed.inc({ kind: 'settlement' }, settlements);
    },
  };
}

/** Finding the series of two labels costs more than adding to it. There are few pairs. */
export function remembered<T>(find: (first: string, second: string) => T): typeof find {
  const known = new Map<string, Map<string, T>>();
  return (first, second) => {
    const bySecond = known.get(first) ?? new Map<string, T>();
    const found = bySecond.get(second) ?? find(first, second);
    if (!bySecond.has(second)) known.set(first, bySecond.set(second, found));
    return found;
  };
}

function waitingGauge(registry: Registry, waiting: () => WaitingCounts): void {
  new Gauge({
    name: 'tollgate_meter_waiting',
    help: 'Holds and settlements that wait for the next flush',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      const { holds, settlements } = waiting();
      this.set({ kind: 'hold' }, holds);
      this.set({ kind: 'settlement' }, settlements);
    },
  });
}
