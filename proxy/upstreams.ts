import type { Dispatcher } from 'undici';
import { Pool } from 'undici';
import type { CatalogUpstream } from '../db/catalog.ts';
import type { CallRequest, EncodedForm, UpstreamFormat } from '../providers/upstream.ts';
import { openUpstreamKey } from '../providers/upstream-key.ts';
import { upstreamReads } from './socket-reads.ts';
import { UpstreamHealth } from './upstream-health.ts';
import { UpstreamResponse } from './upstream-response.ts';

export interface OpenedUpstream {
  /** Its head has come. Rejects when the upstream cannot be reached or hangs up first. */
  head: Promise<UpstreamResponse>;
  abort(reason: Error): void;
}

interface Target {
  pool: Pool;
  path: string;
  headers: Record<string, string>;
}

/** Keep-alive connections to every upstream, and the keys that they take. */
export class Upstreams {
  readonly #pools = new Map<string, Pool>();
  readonly #targets = new WeakMap<CatalogUpstream, Map<UpstreamFormat, Target>>();
  readonly #encryptionKey: string | undefined;
  readonly health = new UpstreamHealth();

  constructor(encryptionKey: string | undefined) {
    this.#encryptionKey = encryptionKey;
  }

  open(
    upstream: CatalogUpstream,
    format: UpstreamFormat,
    request: CallRequest,
    body: string | EncodedForm,
  ): OpenedUpstream {
    const { promise, resolve, reject } = Promise.withResolvers<UpstreamResponse>();
    const response = new UpstreamResponse(resolve, reject);
    const { pool, path, headers } = this.#targetOf(upstream, format);
    const timeoutMs = upstream.timeoutSeconds * 1000;
    const options: Dispatcher.DispatchOptions = {
      path,
      method: 'POST',
      headers: headersFor(headers, request, body),
      body: typeof body === 'string' ? body : body.bytes,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    };
    pool.dispatch(options, response);
    return { head: promise, abort: (reason) => response.abort(reason) };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  #poolOf(origin: string): Pool {
    const known = this.#pools.get(origin);
    if (known) return known;
    const pool = new Pool(origin, {
      connections: null,
      pipelining: 1,
      connect: { timeout: 10_000, ...upstreamReads },
      keepAliveTimeout: 30_000,
    });
    this.#pools.set(origin, pool);
    return pool;
  }

  /** Kept per catalog entry and format: a changed address or key comes with a new entry. */
  #targetOf(upstream: CatalogUpstream, format: UpstreamFormat): Target {
    const byFormat = this.#targets.get(upstream) ?? new Map<UpstreamFormat, Target>();
    const known = byFormat.get(format);
    if (known) return known;
    const { origin, pathname } = new URL(upstream.baseUrl);
    const target = {
      pool: this.#poolOf(origin),
      path: pathname.replace(/\/$/, '') + format.path,
      headers: format.headers(this.#keyOf(upstream)),
    };
    this.#targets.set(upstream, byFormat.set(format, target));
    return target;
  }

  #keyOf({ id, encryptedKey }: CatalogUpstream): string | undefined {
    if (!encryptedKey) return undefined;
    if (!this.#encryptionKey) throw new Error(`Upstream ${id} has a key, but ENCRYPTION_KEY is not set`);
    return openUpstreamKey(this.#encryptionKey, encryptedKey);
  }
}

/** Most calls add nothing, and share one object. */
function headersFor(
  usual: Record<string, string>,
  { headers }: CallRequest,
  body: string | EncodedForm,
): Record<string, string> {
  if (typeof body !== 'string') return { ...usual, ...headers, 'content-type': body.contentType };
  return headers ? { ...usual, ...headers } : usual;
}
