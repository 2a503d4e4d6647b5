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

/** Keep-alive connections to every upstream, and the keys that they take. */
export class Upstreams {
  readonly #pools = new Map<string, Pool>();
  readonly #headers = new WeakMap<CatalogUpstream, Map<UpstreamFormat, Record<string, string>>>();
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
    const url = new URL(upstream.baseUrl);
    const timeoutMs = upstream.timeoutSeconds * 1000;
    const options: Dispatcher.DispatchOptions = {
      path: url.pathname.replace(/\/$/, '') + format.path,
      method: 'POST',
      headers: headersFor(this.#headersOf(upstream, format), request, body),
      body: typeof body === 'string' ? body : body.bytes,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    };
    this.#poolOf(url.origin).dispatch(options, response);
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

  /** Kept per catalog entry and format: a changed key comes with a new entry. */
  #headersOf(upstream: CatalogUpstream, format: UpstreamFormat): Record<string, string> {
    const byFormat = this.#headers.get(upstream) ?? new Map<UpstreamFormat, Record<string, string>>();
    const known = byFormat.get(format);
    if (known) return known;
    const headers = format.headers(this.#keyOf(upstream));
    this.#headers.set(upstream, byFormat.set(format, headers));
    return headers;
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
