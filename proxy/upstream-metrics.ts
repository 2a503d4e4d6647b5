import { Counter, Gauge, type Registry } from 'prom-client';
import { remembered } from './metrics.ts';
import { severity, type UpstreamHealth } from './upstream-health.ts';

export function countAttempts(registry: Registry, health: UpstreamHealth): void {
  const registers = [registry];
  const attempts = new Counter({
    name: 'tollgate_upstream_attempts_total',
    help: 'Attempts at upstreams by how they ended; a call that fails over makes several',
    labelNames: ['upstream', 'end'],
    registers,
  });
  const counted = remembered((upstream, end) => attempts.labels({ upstream, end }));
  health.onEnded = ({ id }, { kind }) => counted(id, kind).inc();
  new Gauge({
    name: 'tollgate_upstream_state',
    help: 'Of upstreams that ever failed: 0 closed, 1 cooling down, 2 half open, 3 open. Over all processes, the worst',
    labelNames: ['upstream', 'model'],
    aggregator: 'max',
    registers,
    collect() {
      this.reset();
      for (const { upstream, model, state } of health.states())
        this.set({ upstream, model }, severity[state]);
    },
  });
}
