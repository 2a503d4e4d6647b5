import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { changeSettings } from '../../api/account-settings.ts';
import type { Session } from '../../http/session.ts';
import { hashOfBareKey } from '../../proxy/key-hash.ts';
import { addPlan, setPay2go, subscribe } from '../support/plans.ts';
import { startTestProxy, type TestProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

let tollgate: TestProxy;
beforeAll(async () => {
  tollgate = await startTestProxy();
});
afterAll(() => tollgate.stop());

it('opens no second day of a daily cap by moving from time zone to time zone', async () => {
  const { db } = tollgate.database;
  const caller = await tollgate.caller({ pool: 'main', nanos: 1_000_000_000n });
  const { accountId, key, client } = caller;
  await setPay2go(db, accountId, false);
  await subscribe(db, accountId, await addPlan(db, { dailyCapNanos: 100_000n }));
  const call = (maxTokens: number) =>
    client.chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: maxTokens,
    });
  await call(10);
  const resetOf = async () => {
    const error = await call(40).catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 429, code: 'daily_cap_reached' });
    return Number(error.headers.get('x-ratelimit-reset'));
  };
  const moveTo = async (timeZone: string) => {
    const session = { accountId, userId: accountId, email: 'a@example.test' } as Session;
    await changeSettings(db, session, { timeZone });
    await until(
      async () => (await tollgate.proxy.deps.callers.get(hashOfBareKey(key.secret) ?? ''))?.timeZone,
      (known) => known === timeZone,
    );
  };

  const before = await resetOf();
  for (const timeZone of ['Asia/Tokyo', 'Pacific/Kiritimati', 'America/New_York', 'Pacific/Pago_Pago']) {
    await moveTo(timeZone);
    expect(await resetOf()).toBeGreaterThanOrEqual(before);
  }
  await moveTo('UTC');
  expect(await resetOf()).toBe(before);
});
