import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { topUpWorkflowId } from '../../workflows/contract.ts';
import { type Customer, postTopUp, startTopUpStack, type TopUpStack } from '../support/top-ups.ts';

const sessionsPath = '/v1/checkout/sessions';

let stack: TopUpStack;
let customer: Customer;
beforeAll(async () => {
  stack = await startTopUpStack();
  customer = await stack.api.customer();
}, 120_000);
afterEach(() => stack.simulator.control.clearFaults());
afterAll(() => stack.stop(), 60_000);

async function countOrders(): Promise<number> {
  const { rows } = await stack.database.db.raw('select count(*)::integer as n from orders');
  return rows[0].n;
}

describe('a provider that fails while it makes the page', () => {
  it.each([
    ['its answer is lost', { kind: 'cut_after' }],
    ['it answers 500 afterwards', { kind: 'error_after', status: 500 }],
    ['it refuses the connection first', { kind: 'cut_before', times: 3 }],
    ['it is overloaded', { kind: 'error_before', status: 429, times: 2 }],
    ['its answer takes longer than we wait', { kind: 'hang_after', ms: 11_000 }],
  ] as const)(
    'makes one page all the same, when %s',
    async (_, fault) => {
      await stack.simulator.control.fault({ ...fault, method: 'POST', path: sessionsPath });
      const key = randomUUID();
      let answer = await postTopUp(stack, customer, { amount_usd: '5.00' }, key);
      if (answer.status === 503) answer = await postTopUp(stack, customer, { amount_usd: '5.00' }, key);
      expect(answer).toMatchObject({ status: 201, body: { status: 'link_issued' } });
      expect(await stack.simulator.control.sessions(answer.body.number)).toHaveLength(1);
    },
    60_000,
  );

  it('that is down says so, keeps the order, and goes on with the same key', async () => {
    const key = randomUUID();
    await stack.simulator.control.fault({ kind: 'error_before', path: `${sessionsPath}*`, times: null });
    const before = await countOrders();
    const down = await postTopUp(stack, customer, { amount_usd: '5.00' }, key);
    expect(down).toMatchObject({ status: 503, body: { error: { code: 'provider_unavailable' } } });
    expect(down.headers.get('retry-after')).toMatch(/^\d+$/);
    await stack.simulator.control.clearFaults();
    const up = await postTopUp(stack, customer, { amount_usd: '5.00' }, key);
    expect(up).toMatchObject({ status: 201, body: { status: 'link_issued' } });
    expect(await countOrders()).toBe(before + 1);
  }, 60_000);

  it('that is down lets an order be cancelled before it has a page', async () => {
    await stack.simulator.control.fault({ kind: 'error_before', path: `${sessionsPath}*`, times: null });
    const asked = postTopUp(stack, customer, { amount_usd: '5.00' });
    const list = () => stack.api.request('GET', '/api/top-ups?limit=1', { cookie: customer.cookie });
    let newest = (await list()).body.items[0];
    while (newest?.status !== 'created') newest = (await list()).body.items[0];
    const { cookie } = customer;
    const cancelled = await stack.api.request('POST', `/api/top-ups/${newest.id}/cancel`, { cookie });
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled', checkout_url: null } });
    expect(await asked).toMatchObject({ body: { status: 'cancelled' } });
    const workflow = stack.temporal.client.workflow.getHandle(topUpWorkflowId(newest.id));
    expect(await workflow.result()).toEqual({ status: 'cancelled' });
  }, 60_000);

  it('that refuses our key ends the order at once, and nothing is charged', async () => {
    await stack.simulator.control.fault({
      kind: 'error_before',
      path: `${sessionsPath}*`,
      status: 401,
      times: null,
    });
    const answer = await postTopUp(stack, customer, { amount_usd: '5.00' });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'provider_unavailable' } } });
    const list = await stack.api.request('GET', '/api/top-ups?limit=1', { cookie: customer.cookie });
    expect(list.body.items[0]).toMatchObject({ status: 'failed' });
  }, 60_000);
});

describe('while no worker runs', () => {
  it('a top-up says to come back, and the same key goes on when one runs', async () => {
    await stack.worker.stop();
    const key = randomUUID();
    const down = await postTopUp(stack, customer, { amount_usd: '5.00' }, key);
    expect(down).toMatchObject({ status: 503, body: { error: { code: 'temporal_unavailable' } } });
    await stack.restartWorker();
    const up = await postTopUp(stack, customer, { amount_usd: '5.00' }, key);
    expect(up).toMatchObject({ status: 201, body: { status: 'link_issued' } });
  }, 60_000);
});
