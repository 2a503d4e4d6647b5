import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Behaviour } from '../../simulators/upstream/behaviour.ts';
import { addPlan, setPay2go, subscribe } from '../support/plans.ts';
import { MAX_OUTPUT_TOKENS, startTestProxy, type TestCaller, type TestProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

let tollgate: TestProxy;
beforeAll(async () => {
  tollgate = await startTestProxy();
});
afterAll(() => tollgate.stop());
beforeEach(() => tollgate.upstream.control.reset());

const messages = [{ role: 'user' as const, content: 'Hi' }];
const call = ({ client }: TestCaller, max_tokens: number | undefined, behaviour: Behaviour = {}) =>
  client.chat.completions.create({
    model: 'gpt-4o',
    messages,
    ...(max_tokens !== undefined && { max_tokens }),
    metadata: { simulate: JSON.stringify({ tokens: 5, ...behaviour }) },
  });

async function subscriber(terms: Parameters<typeof addPlan>[1]): Promise<TestCaller> {
  const caller = await tollgate.caller({ pool: 'main', nanos: 1_000_000_000n });
  const { db } = tollgate.database;
  await setPay2go(db, caller.accountId, false);
  await subscribe(db, caller.accountId, await addPlan(db, terms));
  return caller;
}

/** A call that has its hold and waits for its model. */
async function running(caller: TestCaller, maxTokens: number): Promise<Promise<unknown>> {
  const answer = call(caller, maxTokens, { first_byte_ms: 700 });
  await until(
    async () =>
      (await tollgate.database.db.raw('select id from holds where account_id = ?', [caller.accountId])).rows,
    (holds) => holds.length === 1,
  );
  return Promise.resolve(answer);
}

it('money that running calls hold is told as such, with a time to try again', async () => {
  const caller = await tollgate.caller({ pool: 'wallet', nanos: 1_500_000n });
  const first = running(caller, 500);
  const error = await until(
    () => call(caller, 500).catch((thrown) => thrown),
    (answer) => answer.status !== undefined,
  );
  expect(error).toMatchObject({ status: 403, code: 'insufficient_balance' });
  expect(error.message).toContain('while other calls are running');
  expect(error.headers.get('retry-after')).toBe('5');
  await await first;
  expect((await call(caller, 500)).choices).toHaveLength(1);
  const spent = await call(caller, 900).catch((thrown) => thrown);
  expect(spent).toMatchObject({ status: 403, code: 'insufficient_balance' });
  expect(spent.message).toContain('Top up at');
  expect(spent.headers.get('retry-after')).toBeNull();
});

it('a cap that running calls fill is worth another try in seconds', async () => {
  const caller = await subscriber({ dailyCapNanos: 1_500_000n });
  const first = running(caller, 500);
  const error = await until(
    () => call(caller, 500).catch((thrown) => thrown),
    (answer) => answer.status !== undefined,
  );
  expect(error).toMatchObject({ status: 429, code: 'daily_cap_reached' });
  expect(error.headers.get('retry-after')).toBe('5');
  expect(error.headers.get('x-ratelimit-reset')).toBeNull();
  await await first;
  expect((await call(caller, 500)).choices).toHaveLength(1);
});

it('an answer is no longer than the tokens a minute where its caller names no limit, and one that can never fit is told so', async () => {
  const caller = await subscriber({ tokensPerMinute: 800 });
  const error = await call(caller, MAX_OUTPUT_TOKENS).catch((thrown) => thrown);
  expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
  expect(error.message).toContain('waiting does not help');
  expect(error.headers.get('retry-after')).toBeNull();
  expect((await call(caller, undefined)).choices).toHaveLength(1);
  const [request] = await tollgate.upstream.control.requests();
  const sent = Number(request?.body?.max_tokens);
  expect(sent).toBeGreaterThan(400);
  expect(sent).toBeLessThan(800);
});
