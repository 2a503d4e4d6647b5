import type { IncomingMessage, ServerResponse } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { callerAddress } from './address.ts';
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

const inside = new BlockList();
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  inside.addSubnet(network, bits);
inside.addSubnet('fc00::', 7, 'ipv6');
inside.addAddress('::1', 'ipv6');

/** Callers share this port: figures are for scrapers of the own network, not for what a load balancer forwards. */
function isInside(req: IncomingMessage): boolean {
  if (req.headers['x-forwarded-for'] !== undefined) return false;
  const address = callerAddress(req, 0);
  return inside.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function send(res: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  res
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
