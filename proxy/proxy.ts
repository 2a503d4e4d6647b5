import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { loadCatalog } from '../db/catalog.ts';
import { findKey, hasOwnMoneyPool, touchKeys } from '../db/keys.ts';
import { Listener } from '../db/listen.ts';
import { connectMeter } from '../db/metering.ts';
import { paidNanos, spendableNanos } from '../db/statements.ts';
import { Activity } from './activity.ts';
import { Callers } from './callers.ts';
import type { ProxyDeps, ProxySettings } from './deps.ts';
import { KeyUse } from './key-use.ts';
import { GroupCommitter } from './meter/committer.ts';
import { createMetrics } from './metrics.ts';
import { Models } from './models.ts';
import { Operations } from './operations.ts';
import { createRateCounter, type RateCounter } from './rate-counter.ts';
import { Rates } from './rates.ts';
import { createProxyServer } from './server.ts';
import { type Figures, meetSiblings } from './siblings.ts';
import { countAttempts } from './upstream-metrics.ts';
import { Upstreams } from './upstreams.ts';

export interface ProxyOptions {
  databaseUrl: string;
  host: string;
  port: number;
  encryptionKey: string | undefined;
  /** Where several proxies count rate limits together. */
  redisUrl?: string | undefined;
  settings: ProxySettings;
  log: Logger;
  /** How many processes share the port; 1 where it is not said. */
  processes?: number;
  /** When it stops: how long an idle connection may still bring a request. */
  idleGraceMs?: number;
}

export interface RunningProxy {
  port: number;
  deps: ProxyDeps;
  /** Takes no new calls, finishes those that run, flushes, disconnects. */
  stop(): Promise<void>;
}

// A flush that takes longer is tried again on a new connection.
const FLUSH_SECONDS = 5;
const MAX_WAITING_HOLDS = 4096;
const HOLD_PATIENCE_MS = 2_000;
const SETTLE_PATIENCE_MS = 30_000;
const LOOKUP_CONNECTIONS = 3;
// Beyond the longest call: until it is settled and written.
const STOP_GRACE_MS = 45_000;

/** Wires a proxy and listens. */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const activity = new Activity();
  const pool = lookupPool(options.databaseUrl, options.log);
  const counter = await createRateCounter(options.redisUrl, options.log);
  const { deps, listener } = makeDeps(options, pool, activity, counter);
  const { meter, metrics } = deps;
  const missing = () => [...(meter.available ? [] : ['meter']), ...(listener.live ? [] : ['notifications'])];
  const { health } = deps.upstreams;
  const siblings = meetSiblings(
    {
      readiness: () => ({ missing: missing(), draining: activity.draining, upstreams: health.states() }),
      figures: () => metrics.registry.getMetricsAsJSON() as Promise<Figures>,
    },
    options.processes ?? 1,
  );
  const operations = new Operations(siblings, metrics.registry);
  const server = createProxyServer(deps, operations, activity);
  listener.start();
  meter.start();
  server.listen(options.port, options.host);
  await once(server, 'listening');

  const stop = async () => {
    const limitMs = options.settings.callMaxSeconds * 1000 + STOP_GRACE_MS;
    await activity.drain(server, { graceMs: options.idleGraceMs ?? 0, limitMs });
    await meter.close();
    await deps.keyUse.close();
    counter.close();
    await Promise.all([listener.close(), deps.upstreams.close(), pool.end()]);
    await siblings.sayGoodbye();
  };
  return { port: (server.address() as AddressInfo).port, deps, stop };
}

function makeDeps(
  { databaseUrl, log, settings, encryptionKey }: ProxyOptions,
  pool: pg.Pool,
  activity: Activity,
  { counter }: RateCounter,
): { deps: ProxyDeps; listener: Listener } {
  const listener = makeListener(databaseUrl, log, {
    key: (hash) => callers.keyChanged(hash),
    account: (id) => callers.accountChanged(id),
    catalog: () => {
      models.changed();
      // Price groups are part of what is known about a caller.
      callers.forgetAll();
    },
  });
  const isLive = () => listener.live;
  const callers = new Callers({ find: (hash) => findKey(pool, hash), isLive });
  const models = new Models({ load: () => loadCatalog(pool), isLive });
  const meter = new GroupCommitter({
    connect: () => connectMeter(databaseUrl, FLUSH_SECONDS),
    log,
    maxWaitingHolds: MAX_WAITING_HOLDS,
    holdPatienceMs: HOLD_PATIENCE_MS,
    settlePatienceMs: SETTLE_PATIENCE_MS,
    onFlush: (holds, settlements, ms) => metrics.flushed(holds, settlements, ms),
  });
  const running = () => activity.running;
  const metrics = createMetrics(new Registry(), () => meter.waiting, running);
  const upstreams = new Upstreams(encryptionKey);
  countAttempts(metrics.registry, upstreams.health);
  const keyUse = new KeyUse((keyIds) => touchKeys(pool, keyIds, new Date()), log);
  const rates = new Rates(counter);
  const hasOwnMoney = (accountId: string) => hasOwnMoneyPool(pool, accountId);
  const statements = {
    spendable: (accountId: string) => spendableNanos(pool, accountId),
    paid: (accountId: string, from: Date, to: Date) => paidNanos(pool, accountId, from, to),
  };
  const deps = {
    callers,
    models,
    meter,
    rates,
    hasOwnMoney,
    statements,
    upstreams,
    keyUse,
    metrics,
    log,
    settings,
  };
  return { deps, listener };
}

function lookupPool(databaseUrl: string, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'tollgate-proxy',
    max: LOOKUP_CONNECTIONS,
    connectionTimeoutMillis: 2_000,
    statement_timeout: 2_000,
    query_timeout: 3_000,
    keepAlive: true,
  });
  pool.on('error', (err) => log.warn({ err }, 'A database connection was lost'));
  return pool;
}

interface Changes {
  key(hash: string): void;
  account(id: string): void;
  catalog(): void;
}

function makeListener(databaseUrl: string, log: Logger, changes: Changes): Listener {
  return new Listener(databaseUrl, ['key_changed', 'account_changed', 'catalog_changed'], {
    onNotification: (channel, payload) => {
      if (channel === 'key_changed') changes.key(payload);
      else if (channel === 'account_changed') changes.account(payload);
      else changes.catalog();
    },
    onGap: () => changes.catalog(),
    onError: (err) => log.warn({ err }, 'Notifications are interrupted: nothing is answered from memory'),
  });
}
