import type { IncomingMessage, ServerResponse } from 'node:http';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { isInside } from '../http/address.ts';
import type { Siblings } from './siblings.ts';
import { severity, type UpstreamState } from './upstream-health.ts';

/** What operators ask: health, readiness, metrics. Not metered, not authenticated. */
export class Operations {
  readonly #siblings: Siblings;
  readonly #registry: Registry;

  constructor(siblings: Siblings, registry: Registry) {
    this.#siblings = siblings;
    this.#registry = registry;
  }

  /** False: it is not such a path. */
  handle(path: string, req: IncomingMessage, res: ServerResponse): boolean {
    if (path === '/healthz') send(res, 200, { status: 'ok' });
    else if (path === '/readyz') void this.#ready(req, res);
    else if (path === '/metrics' && isInside(req)) void this.#metrics(res);
    else return false;
    return true;
  }

  /** Of all processes but those that are about to stop: their calls go elsewhere. */
  async #ready(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const reports = await this.#siblings.ask('readiness');
    const serving = reports.filter(({ draining }) => !draining);
    const lacking = serving.flatMap((report) => report.missing);
    const missing = serving.length === 0 ? ['shutting_down'] : [...new Set(lacking)];
    send(res, missing.length === 0 ? 200 : 503, {
      status: missing.length === 0 ? 'ready' : 'not_ready',
      missing,
      processes: { serving: serving.length, wanted: this.#siblings.count },
      // Names of suppliers are nobody else's business.
      ...(isInside(req) && { upstreams: ailing(serving.flatMap(({ upstreams }) => upstreams)) }),
    });
  }

  async #metrics(res: ServerResponse): Promise<void> {
    const registry =
      this.#siblings.count === 1
        ? this.#registry
        : AggregatorRegistry.aggregate(await this.#siblings.ask('figures'));
    const body = await registry.metrics();
    res.writeHead(200, { 'content-type': this.#registry.contentType }).end(body);
  }
}

/** Each once, by its worst state. */
function ailing(states: UpstreamState[]): UpstreamState[] {
  const worst = new Map<string, UpstreamState>();
  for (const one of states) {
    const key = `${one.upstream}\n${one.model}`;
    const known = worst.get(key);
    if (one.state !== 'closed' && (!known || severity[one.state] > severity[known.state]))
      worst.set(key, one);
  }
  return [...worst.values()];
}

function send(res: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  res
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
