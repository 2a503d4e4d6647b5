import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi } from '../support/api.ts';
import { type Customer, postTopUp, startTopUpStack, type TopUpStack } from '../support/top-ups.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack({ pendingMax: 3, dayMaxNanos: 200_000_000_000n });
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const countOrders = async (customer: Customer): Promise<number> => {
  const { rows } = await stack.database.db.raw(
    'select count(*)::integer as n from orders where account_id = ?',
    [customer.accountId],
  );
  return rows[0].n;
};

describe('a top-up that cannot be', () => {
  it.each<[unknown, string]>([
    [{ amount_usd: '0' }, 'amount_too_small'],
    [{ amount_usd: '0.00' }, 'amount_too_small'],
    [{ amount_usd: '0.99' }, 'amount_too_small'],
    [{ amount_usd: '5000.01' }, 'amount_too_large'],
    [{ amount_usd: '99999999' }, 'amount_too_large'],
    [{ amount_usd: '9999999999' }, 'invalid_request'],
    [{ amount_usd: '-5' }, 'invalid_request'],
    [{ amount_usd: '1e30' }, 'invalid_request'],
    [{ amount_usd: 'twenty' }, 'invalid_request'],
    [{ amount_usd: '5.001' }, 'invalid_request'],
    [{ amount_usd: 20 }, 'invalid_request'],
    [{ amount_usd: '' }, 'invalid_request'],
    [{}, 'invalid_request'],
    [[], 'invalid_request'],
    [{ amount_usd: '5.00', currency: 'XXX' }, 'invalid_request'],
    [{ amount_usd: '5.00', method: 'barter' }, 'method_not_available'],
  ])('%j is a 400 %s, and nothing happens', async (body, code) => {
    const customer = await stack.api.customer();
    expect(await postTopUp(stack, customer, body as object)).toMatchObject({
      status: 400,
      body: { error: { code } },
    });
    expect(await countOrders(customer)).toBe(0);
  });

  it('needs an Idempotency-Key', async () => {
    const { cookie } = await stack.api.customer();
    expect(
      await stack.api.request('POST', '/api/top-ups', { cookie, body: { amount_usd: '5.00' } }),
    ).toMatchObject({
      status: 400,
      body: { error: { code: 'idempotency_key_missing' } },
    });
  });

  it('needs somebody who is signed in', async () => {
    const nobody = { accountId: '', email: '', cookie: '' };
    expect(await postTopUp(stack, nobody)).toMatchObject({ status: 401 });
  });

  it('is refused beyond the pending orders of an account, however many come at once', async () => {
    const customer = await stack.api.customer();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => postTopUp(stack, customer, { amount_usd: '5.00' })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    for (const { body } of answers.filter(({ status }) => status !== 201))
      expect(body.error.code).toBe('too_many_pending_orders');
    expect(await countOrders(customer)).toBe(3);
  });

  it('is refused beyond the daily amount, and the same key works once there is room again', async () => {
    const customer = await stack.api.customer();
    const { body: big } = await postTopUp(stack, customer, { amount_usd: '150.00' });
    const key = randomUUID();
    const refused = await postTopUp(stack, customer, { amount_usd: '60.00' }, key);
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'daily_top_up_limit_reached' } } });
    await stack.api.request('POST', `/api/top-ups/${big.id}/cancel`, { cookie: customer.cookie });
    expect(await postTopUp(stack, customer, { amount_usd: '60.00' }, key)).toMatchObject({ status: 201 });
  });

  it('is refused for an account that was suspended meanwhile', async () => {
    const customer = await stack.api.customer();
    await stack.database.db.raw("update accounts set status = 'suspended' where id = ?", [
      customer.accountId,
    ]);
    expect(await postTopUp(stack, customer)).toMatchObject({
      status: 403,
      body: { error: { code: 'account_suspended' } },
    });
  });
});

describe('a deployment without keys of a provider', () => {
  it('does not offer its method, and starts no top-up with it', async () => {
    const api = await startTestApi({ databaseUrl: stack.database.url });
    const customer = await api.customer();
    const methods = await api.request('GET', '/api/top-up-methods', { cookie: customer.cookie });
    expect(methods.body.items).toEqual([]);
    expect(await postTopUp({ api }, customer)).toMatchObject({
      status: 400,
      body: { error: { code: 'method_not_available' } },
    });
    await api.stop();
  });
});
