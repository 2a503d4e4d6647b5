import cluster from 'node:cluster';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import {
  type RateLimiterAbstract,
  RateLimiterCluster,
  RateLimiterMemory,
  RateLimiterRedis,
} from 'rate-limiter-flexible';

export type Counter = Pick<RateLimiterAbstract, 'consume' | 'reward' | 'penalty'>;

export interface RateCounter {
  counter: Counter;
  close(): void;
}

// The counter only counts: what is too much depends on the plan, which can change within the minute.
const window = { points: Number.MAX_SAFE_INTEGER, duration: 60, keyPrefix: 'tollgate:rate' };
// A Redis that hangs must not hold up calls.
const COMMAND_TIMEOUT_MS = 250;
// The process that started us does nothing else; a machine may be busy.
const PRIMARY_TIMEOUT_MS = 5_000;
const RECONNECT_MAX_MS = 2_000;

/** Counts in Redis where there is one. While that is away each proxy counts for itself, over all of its processes. */
export async function createRateCounter(redisUrl: string | undefined, log: Logger): Promise<RateCounter> {
  const own = new RateLimiterMemory(window);
  const shared = cluster.isWorker ? sharedByProcesses(own, log) : own;
  if (redisUrl === undefined) return { counter: shared, close: () => undefined };
  // A process that needs none is smaller without it.
  const { Redis } = await import('ioredis');
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 2_000,
    retryStrategy: (attempts) => Math.min(attempts * 100, RECONNECT_MAX_MS),
  });
  reportOutages(redis, log);
  const inRedis = new RateLimiterRedis({ ...window, storeClient: redis, rejectIfRedisNotReady: true });
  return { counter: eitherOf(inRedis, shared, () => true), close: () => redis.disconnect() };
}

/**
 * Counts in the process that started us, for all of its processes. When that is killed, calls go on until they have
 * ended, and are counted here.
 */
function sharedByProcesses(own: Counter, log: Logger): Counter {
  // What was on its way to the one that was killed. Unheard, the event would end this process too.
  process.on('error', (err) => log.warn({ err }, 'The process that started this one cannot be told'));
  const shared = new RateLimiterCluster({ ...window, timeoutMs: PRIMARY_TIMEOUT_MS });
  return eitherOf(shared, own, () => process.connected);
}

/** Asks the first, and the second where the first is away. A limiter of ours refuses nothing: it rejects by fault only. */
function eitherOf(first: Counter, second: Counter, isThere: () => boolean): Counter {
  const ask = <Answer>(how: (counter: Counter) => Promise<Answer>): Promise<Answer> =>
    isThere() ? how(first).catch(() => how(second)) : how(second);
  return {
    consume: (key, points) => ask((counter) => counter.consume(key, points)),
    reward: (key, points) => ask((counter) => counter.reward(key, points)),
    penalty: (key, points) => ask((counter) => counter.penalty(key, points)),
  };
}

/** One line when it goes and one when it is back, however often it is tried meanwhile. */
function reportOutages(redis: Redis, log: Logger): void {
  let away = false;
  let closing = false;
  let cause: Error | undefined;
  redis.on('error', (error: Error) => {
    cause = error;
  });
  redis.on('end', () => {
    closing = true;
  });
  redis.on('close', () => {
    if (away || closing || redis.status === 'end') return;
    away = true;
    log.warn({ err: cause }, 'Redis does not answer: each proxy counts rate limits for itself');
  });
  redis.on('ready', () => {
    if (away) log.info('Redis is back: proxies share rate limits again');
    away = false;
    cause = undefined;
  });
}
