import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import type { PlanTerms } from '../billing/plans.ts';
import { redisIsInstalled, type TestRedis, testRedis } from '../test/support/redis.ts';
import { until } from '../test/support/until.ts';
import { type Counter, createRateCounter, type RateCounter } from './rate-counter.ts';
import { Rates } from './rates.ts';

const plan = (requestsPerMinute?: number, tokensPerMinute?: number): PlanTerms => ({
  name: 'Test',
  modelAccess: 'all',
  requestsPerMinute,
  tokensPerMinute,
  dailyCapNanos: undefined,
  dailyCapRequests: undefined,
  weeklyCapNanos: undefined,
  budgetNanos: undefined,
});

let redis: TestRedis;
let lines: string[] = [];
let counters: RateCounter[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });

beforeAll(async () => {
  if (redisIsInstalled) redis = await testRedis();
});
afterAll(() => redis?.stop());
afterEach(() => {
  for (const counter of counters) counter.close();
  counters = [];
  lines = [];
});

/** As many proxies as asked for, counting in the same place. */
async function proxies(store: 'memory' | 'Redis', count = 1): Promise<Rates[]> {
  const url = store === 'Redis' ? redis.url : undefined;
  const made = await Promise.all(Array.from({ length: count }, () => createRateCounter(url, log)));
  counters.push(...made);
  if (store === 'Redis')
    await until(
      async () => (await Promise.all(made.map(({ counter }) => isShared(counter)))).every(Boolean),
      Boolean,
    );
  return made.map(({ counter }) => new Rates(counter));
}

/** What it counts is in Redis. */
async function isShared(counter: Counter): Promise<boolean> {
  const key = uuidv7();
  await counter.consume(key, 1);
  return (await redis.keys()).some((name) => name.endsWith(key));
}

const units = async (rates: Rates, accountId: string, terms: PlanTerms, tokens: number[]) => {
  const excesses: (string | undefined)[] = [];
  for (const count of tokens) excesses.push((await rates.take(accountId, terms, count)).excess?.unit);
  return excesses;
};

const withoutRedis =
  'redis-server is not installed: limits in Redis are not tested (apt-get install redis-server)';
const inRedis = redisIsInstalled ? describe : describe.skip;
if (!redisIsInstalled) it.skip(withoutRedis, () => undefined);

for (const [store, group] of [
  ['memory', describe],
  ['Redis', inRedis],
] as const)
  group(`rates counted in ${store}`, () => {
    it('let as many requests through as the plan allows, of each account', async () => {
      const [rates] = await proxies(store);
      const [first, second] = [uuidv7(), uuidv7()];
      expect(await units(rates!, first, plan(3), [0, 0, 0, 0, 0])).toEqual([
        undefined,
        undefined,
        undefined,
        'requests',
        'requests',
      ]);
      expect(await units(rates!, second, plan(3), [0])).toEqual([undefined]);
    });

    it('say in headers what is left and until when', async () => {
      const [rates] = await proxies(store);
      const accountId = uuidv7();
      const { headers } = await rates!.take(accountId, plan(2, 1000), 400);
      expect(headers).toEqual({
        'x-ratelimit-limit-requests': '2',
        'x-ratelimit-remaining-requests': '1',
        'x-ratelimit-reset-requests': expect.stringMatching(/^(1m0s|59(\.\d+)?s)$/),
        'x-ratelimit-limit-tokens': '1000',
        'x-ratelimit-remaining-tokens': '600',
        'x-ratelimit-reset-tokens': expect.stringMatching(/^(1m0s|59(\.\d+)?s)$/),
      });
      await rates!.take(accountId, plan(2, 1000), 0);
      const refused = await rates!.take(accountId, plan(2, 1000), 0);
      expect(refused.headers['x-ratelimit-remaining-requests']).toBe('0');
      expect(refused.excess).toMatchObject({ unit: 'requests', limitPerMinute: 2, asked: 1 });
      expect(refused.excess?.retryAfterSeconds).toBeGreaterThanOrEqual(59);
      expect(refused.excess?.retryAfterSeconds).toBeLessThanOrEqual(60);
    });

    it('count the most tokens a call can use, until it is known what it did use', async () => {
      const [rates] = await proxies(store);
      const accountId = uuidv7();
      const terms = plan(undefined, 1000);
      const { ticket } = await rates!.take(accountId, terms, 900);
      expect(await units(rates!, accountId, terms, [200])).toEqual(['tokens']);
      rates!.correct(ticket, 100);
      const { headers, ticket: next } = await rates!.take(accountId, terms, 200);
      expect(headers['x-ratelimit-remaining-tokens']).toBe('700');
      // More than its bound, as an upstream may report.
      rates!.correct(next, 900);
      expect(await units(rates!, accountId, terms, [1])).toEqual(['tokens']);
    });

    it('do not let one call that is too large stop the small ones', async () => {
      const [rates] = await proxies(store);
      const accountId = uuidv7();
      expect(await units(rates!, accountId, plan(undefined, 100), [5000, 60, 60, 40])).toEqual([
        'tokens',
        undefined,
        'tokens',
        undefined,
      ]);
    });

    it('give back what a call was counted with that never ran', async () => {
      const [rates] = await proxies(store);
      const accountId = uuidv7();
      const { ticket } = await rates!.take(accountId, plan(1, 100), 100);
      rates!.giveBack(ticket);
      expect(await units(rates!, accountId, plan(1, 100), [100, 1])).toEqual([undefined, 'requests']);
    });

    it('do not count tokens of calls that the request rate refused', async () => {
      const [rates] = await proxies(store);
      const accountId = uuidv7();
      expect(await units(rates!, accountId, plan(1, 100), [10, 90])).toEqual([undefined, 'requests']);
      expect(await units(rates!, accountId, plan(5, 100), [90])).toEqual([undefined]);
    });

    it('say nothing where the plan has no limits', async () => {
      const [rates] = await proxies(store);
      expect(await rates!.take(uuidv7(), plan(), 1_000_000)).toEqual({
        excess: undefined,
        headers: {},
        ticket: undefined,
      });
    });

    it('let exactly the allowed ones of many parallel requests through', async () => {
      const all = await proxies(store, store === 'Redis' ? 3 : 1);
      const accountId = uuidv7();
      const asked = Array.from({ length: 300 }, (_, i) => all[i % all.length]!.take(accountId, plan(120), 0));
      const through = (await Promise.all(asked)).filter(({ excess }) => !excess);
      expect(through).toHaveLength(120);
    });
  });

inRedis('rates when Redis goes away', () => {
  it('are counted by each proxy for itself, which is said once, and shared again when it is back', async () => {
    const [rates] = await proxies('Redis');
    const accountId = uuidv7();
    await redis.stop();
    await until(
      async () => lines.length,
      (count) => count > 0,
    );
    expect(await units(rates!, accountId, plan(2), [0, 0, 0])).toEqual([undefined, undefined, 'requests']);
    await sleep(700);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'Redis does not answer: each proxy counts rate limits for itself',
    ]);
    await redis.start();
    await until(
      async () => lines.length,
      (count) => count > 1,
    );
    expect(JSON.parse(lines[1]!).msg).toBe('Redis is back: proxies share rate limits again');
    expect(await units(rates!, accountId, plan(2), [0])).toEqual([undefined]);
  });

  it('do not keep a proxy from starting', async () => {
    await redis.stop();
    const counter = await createRateCounter(redis.url, log);
    counters.push(counter);
    expect(await units(new Rates(counter.counter), uuidv7(), plan(1), [0, 0])).toEqual([
      undefined,
      'requests',
    ]);
    await until(
      async () => lines.length,
      (count) => count > 0,
    );
    await redis.start();
  });
});
