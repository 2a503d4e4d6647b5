import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  cancelOrderUpdate,
  extendOrderUpdate,
  failOrderUpdate,
  topUpWorkflowId,
} from '../../workflows/contract.ts';
import {
  type Customer,
  checkoutOf,
  creditsOf,
  getTopUp,
  postTopUp,
  startTopUpStack,
  type TopUpStack,
  untilStatus,
} from '../support/top-ups.ts';

let stack: TopUpStack;
let customer: Customer;
beforeAll(async () => {
  stack = await startTopUpStack({ expiresSeconds: 4, pollFirstSeconds: 1 });
  customer = await stack.api.customer();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const drop = { kind: 'drop', times: null } as const;

async function order() {
  const { body } = await postTopUp(stack, customer);
  return { id: body.id as string, checkout: await checkoutOf(stack, body.id) };
}

const kinds = async (id: string) =>
  (await getTopUp(stack, customer, id)).timeline.map(({ kind, source }) => `${kind} by ${source}`);

function workflowOf(id: string) {
  return stack.temporal.client.workflow.getHandle(topUpWorkflowId(id));
}

describe('an order whose webhook never comes', () => {
  it('is credited by asking the provider', async () => {
    const { id, checkout } = await order();
    await stack.simulator.control.fault({ ...drop, object: checkout });
    await stack.simulator.control.pay(checkout);
    expect(await untilStatus(stack, customer, id, 'credited')).toMatchObject({ credited_usd: '20.00' });
    expect(await kinds(id)).toContain('credited by poll');
  });

  it('is credited once, though webhook, poll, return page and support ask at the same moment', async () => {
    const payer = await stack.api.customer();
    const support = await stack.api.customer({ role: 'support' });
    const { body } = await postTopUp(stack, payer);
    const checkout = await checkoutOf(stack, body.id);
    await stack.simulator.control.fault({ kind: 'duplicate', object: checkout, copies: 5 });
    await stack.simulator.control.pay(checkout);
    const check = (cookie: string, query = '') =>
      stack.api.request('POST', `/api/top-ups/${body.id}/check${query}`, { cookie });
    const answers = await Promise.all([
      ...Array.from({ length: 3 }, () => check(payer.cookie, '?returned=true')),
      check(payer.cookie),
      check(support.cookie),
    ]);
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { status: 'credited' } });
    await stack.simulator.control.delivered();
    expect(await creditsOf(stack, payer.accountId)).toHaveLength(1);
    const credited = (await getTopUp(stack, payer, body.id)).timeline.filter(
      ({ kind }) => kind === 'credited',
    );
    expect(credited).toHaveLength(1);
  });
});

describe('an order that nobody pays', () => {
  it('expires, after its page was closed at the provider', async () => {
    const { id, checkout } = await order();
    expect(await untilStatus(stack, customer, id, 'expired')).toMatchObject({ checkout_url: null });
    const [session] = (await stack.simulator.control.sessions()).filter((s) => s.id === checkout);
    expect(session).toMatchObject({ status: 'expired' });
    expect(await workflowOf(id).result()).toEqual({ status: 'expired' });
  });

  it('is credited instead, when it was paid in the last moment and nobody told', async () => {
    const { id, checkout } = await order();
    await stack.simulator.control.fault({ ...drop, object: checkout });
    await stack.simulator.control.fault({
      kind: 'error_before',
      method: 'GET',
      path: `/v1/checkout/sessions/${checkout}`,
      times: null,
    });
    await stack.simulator.control.pay(checkout);
    await sleep(4_500);
    await stack.simulator.control.clearFaults();
    expect(await untilStatus(stack, customer, id, 'credited', 25_000)).toMatchObject({
      credited_usd: '20.00',
    });
  }, 45_000);

  it.each(['webhook', 'check again'] as const)(
    'that expired is credited when money comes late, by %s',
    async (how) => {
      const payer = await stack.api.customer();
      const { body } = await postTopUp(stack, payer);
      const checkout = await checkoutOf(stack, body.id);
      await untilStatus(stack, payer, body.id, 'expired');
      await workflowOf(body.id).result();
      if (how === 'check again') await stack.simulator.control.fault({ ...drop, object: checkout });
      await stack.simulator.control.pay(checkout, { late: true });
      if (how === 'check again')
        expect(
          await stack.api.request('POST', `/api/top-ups/${body.id}/check`, { cookie: payer.cookie }),
        ).toMatchObject({ status: 200, body: { status: 'credited' } });
      const credited = await untilStatus(stack, payer, body.id, 'credited');
      expect(credited.timeline.at(-1)?.detail).toMatch(/came after the order was expired/);
      expect(await creditsOf(stack, payer.accountId)).toHaveLength(1);
      await stack.simulator.control.clearFaults();
    },
  );
});

describe('an order that its customer cancels', () => {
  const cancel = (id: string) =>
    stack.api.request('POST', `/api/top-ups/${id}/cancel`, { cookie: customer.cookie });

  it('cannot be paid any more, and says so twice', async () => {
    const { id, checkout } = await order();
    expect(await cancel(id)).toMatchObject({
      status: 200,
      body: { status: 'cancelled', checkout_url: null },
    });
    await expect(stack.simulator.control.pay(checkout)).rejects.toThrow();
    expect(await cancel(id)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect(await workflowOf(id).result()).toEqual({ status: 'cancelled' });
    // The provider's own "it expired" comes afterwards and changes nothing.
    await stack.simulator.control.delivered();
    expect(await getTopUp(stack, customer, id)).toMatchObject({ status: 'cancelled' });
  });

  it('is credited instead, when it was paid a moment before', async () => {
    const { id, checkout } = await order();
    await stack.simulator.control.fault({ ...drop, object: checkout });
    await stack.simulator.control.pay(checkout);
    expect(await cancel(id)).toMatchObject({ status: 200, body: { status: 'credited' } });
    expect(await cancel(id)).toMatchObject({ status: 409, body: { error: { code: 'order_not_open' } } });
  });

  it('is credited when money comes after all', async () => {
    const { id, checkout } = await order();
    await cancel(id);
    await stack.simulator.control.pay(checkout, { late: true });
    expect((await untilStatus(stack, customer, id, 'credited')).timeline.at(-1)?.detail).toMatch(
      /came after the order was cancelled/,
    );
  });

  it('stays open, and says why, when the provider does not answer', async () => {
    const { id, checkout } = await order();
    await stack.simulator.control.fault({
      kind: 'error_before',
      method: 'POST',
      path: `/v1/checkout/sessions/${checkout}/expire`,
      times: 2,
    });
    expect(await cancel(id)).toMatchObject({
      status: 503,
      body: { error: { code: 'provider_unavailable' } },
    });
    expect(await getTopUp(stack, customer, id)).toMatchObject({ status: 'link_issued' });
    await stack.simulator.control.clearFaults();
  });
});

describe('a payment by a delayed method', () => {
  it('is waited for beyond the time of the order, and credited when it arrives', async () => {
    const { id, checkout } = await order();
    await stack.simulator.control.payLater(checkout);
    expect(await untilStatus(stack, customer, id, 'paid')).toMatchObject({
      credited_usd: '0.00',
      checkout_url: null,
    });
    expect(
      await stack.api.request('POST', `/api/top-ups/${id}/cancel`, { cookie: customer.cookie }),
    ).toMatchObject({ status: 409 });
    await sleep(5_000);
    expect(await getTopUp(stack, customer, id)).toMatchObject({ status: 'paid' });
    await stack.simulator.control.settle(checkout);
    expect(await untilStatus(stack, customer, id, 'credited')).toMatchObject({ credited_usd: '20.00' });
  }, 40_000);

  it('that fails ends the order, and nothing is credited', async () => {
    const { id, checkout } = await order();
    await stack.simulator.control.payLater(checkout);
    await untilStatus(stack, customer, id, 'paid');
    await stack.simulator.control.failLater(checkout);
    expect(await untilStatus(stack, customer, id, 'failed')).toMatchObject({ credited_usd: '0.00' });
  });

  it('that "check again" finds on an expired order is waited for, and credited without any webhook', async () => {
    const { id, checkout } = await order();
    await untilStatus(stack, customer, id, 'expired');
    await workflowOf(id).result();
    await stack.simulator.control.fault({ ...drop, object: checkout });
    await stack.simulator.control.payLater(checkout, { late: true });
    const { cookie } = customer;
    expect(await stack.api.request('POST', `/api/top-ups/${id}/check`, { cookie })).toMatchObject({
      status: 200,
      body: { status: 'paid' },
    });
    await stack.simulator.control.settle(checkout);
    expect(await untilStatus(stack, customer, id, 'credited')).toMatchObject({ credited_usd: '20.00' });
    expect(await kinds(id)).toContain('credited by poll');
  });

  it('is credited by asking, when its webhooks are lost', async () => {
    const { id, checkout } = await order();
    await stack.simulator.control.fault({ ...drop, object: checkout });
    await stack.simulator.control.payLater(checkout);
    await untilStatus(stack, customer, id, 'paid');
    await stack.simulator.control.settle(checkout);
    expect(await untilStatus(stack, customer, id, 'credited', 30_000)).toMatchObject({
      credited_usd: '20.00',
    });
  }, 45_000);
});

describe('what support can ask of an order', () => {
  it('more time', async () => {
    const { id } = await order();
    const before = await getTopUp(stack, customer, id);
    await workflowOf(id).executeUpdate(extendOrderUpdate, { args: [{ requestedBy: 'ada', seconds: 600 }] });
    const after = await getTopUp(stack, customer, id);
    expect(Date.parse(after.expires_at) - Date.parse(before.expires_at)).toBe(600_000);
    await sleep(5_000);
    expect(await getTopUp(stack, customer, id)).toMatchObject({ status: 'link_issued' });
    expect(after.timeline.at(-1)).toMatchObject({ kind: 'extended', source: 'support' });
  });

  it('to be given up, with a reason in the timeline', async () => {
    const { id } = await order();
    await workflowOf(id).executeUpdate(failOrderUpdate, {
      args: [{ requestedBy: 'ada', reason: 'a test order' }],
    });
    expect(await getTopUp(stack, customer, id)).toMatchObject({ status: 'failed' });
    expect((await getTopUp(stack, customer, id)).timeline.at(-1)).toMatchObject({
      detail: 'ada: a test order',
    });
  });

  it.each<[string, unknown]>([
    ['no name', {}],
    ['nothing at all', undefined],
    ['a blank name', { requestedBy: ' ' }],
  ])('nothing with %s', async (_, request) => {
    const { id } = await order();
    await expect(
      workflowOf(id).executeUpdate(cancelOrderUpdate, { args: [request as { requestedBy: string }] }),
    ).rejects.toThrow();
    expect(await getTopUp(stack, customer, id)).toMatchObject({ status: 'link_issued' });
  });
});

it('an order whose provider is gone at the end waits with a person, and is settled when it is back', async () => {
  const { id, checkout } = await order();
  await stack.simulator.control.fault({ ...drop, object: checkout });
  await stack.simulator.control.pay(checkout);
  await stack.simulator.control.fault({
    kind: 'error_before',
    path: `/v1/checkout/sessions/${checkout}*`,
    times: null,
  });
  const waiting = await untilStatus(stack, customer, id, 'needs_review', 40_000);
  expect(waiting).toMatchObject({ attention_reason: 'provider_unreachable', credited_usd: '0.00' });
  await stack.simulator.control.clearFaults();
  expect(await untilStatus(stack, customer, id, 'credited', 40_000)).toMatchObject({
    attention_reason: null,
  });
}, 90_000);
