import { Histogram, type Registry } from 'prom-client';
import type { AppContext, Next } from './context.ts';

/** One log line and one measurement a request. Paths are logged without their query, which may hold a token. */
export function logRequests(registry: Registry) {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of the handler',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return async (ctx: AppContext, next: Next) => {
    const startedAt = performance.now();
    await next();
    const milliseconds = performance.now() - startedAt;
    const route = String(ctx._matchedRoute ?? 'none');
    durations.observe({ method: ctx.method, route, status: ctx.status }, milliseconds / 1000);
    const line = { method: ctx.method, path: ctx.path, status: ctx.status, ms: Math.round(milliseconds) };
    ctx.state.log.info({ ...line, accountId: ctx.state.session?.accountId }, 'request');
  };
}
