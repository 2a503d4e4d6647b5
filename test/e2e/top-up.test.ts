import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topUpWorkflowId } from '../../workflows/contract.ts';
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
import { until } from '../support/until.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const countOrders = async (customer: Customer): Promise<number> => {
  const { rows } = await stack.database.db.raw(
    'select count(*)::integer as n from orders where account_id = ?',
    [customer.accountId],
  );
  return rows[0].n;
};

describe('a top-up', () => {
  it('goes from a click to a credited balance', async () => {
    const customer = await stack.api.customer();
    const started = await postTopUp(stack, customer);
    expect(started).toMatchObject({ status: 201, body: { status: 'link_issued', amount_usd: '20.00' } });
    expect(started.body.checkout_url).toMatch(/^http/);

    await stack.simulator.control.pay(await checkoutOf(stack, started.body.id));
    const order = await untilStatus(stack, customer, started.body.id, 'credited');

    expect(order).toMatchObject({ credited_usd: '20.00', checkout_url: null, attention_reason: null });
    expect(order.timeline.map(({ kind, source }) => `${kind} by ${source}`)).toEqual([
      'created by customer',
      'link_issued by system',
      'payment_seen by webhook',
      'verified by webhook',
      'credited by webhook',
    ]);
    expect(await creditsOf(stack, customer.accountId)).toEqual([
      { key: `top-up:${order.id}`, nanos: 20_000_000_000n },
    ]);
    const workflow = stack.temporal.client.workflow.getHandle(topUpWorkflowId(order.id));
    expect(await workflow.result()).toEqual({ status: 'credited' });
    // Each event costs: a top-up that is paid at once takes this many. See docs/decisions/0002.
    expect((await workflow.fetchHistory()).events).toHaveLength(23);
  });

  it('tells Stripe whose order it is, and brings the customer back to its page', async () => {
    const customer = await stack.api.customer();
    const { body: order } = await postTopUp(stack, customer, { amount_usd: '7.50' });
    const [session] = await stack.simulator.control.sessions(order.number);
    expect(session).toMatchObject({
      amount_total: 750,
      currency: 'usd',
      client_reference_id: order.number,
      metadata: { order_id: order.id },
      customer_email: customer.email,
      success_url: `${stack.api.url}/console/top-ups/${order.id}?returned=1`,
      cancel_url: `${stack.api.url}/console/top-ups/${order.id}`,
    });
  });

  it('is found in Temporal by account, number and amount, and says in words what it waits for', async () => {
    const customer = await stack.api.customer();
    const { body: order } = await postTopUp(stack, customer);
    const { client } = stack.temporal;
    const query = `AccountId = '${customer.accountId}' and OrderNumber = '${order.number}' and AmountCents = 2000 and OrderStatus = 'link_issued'`;
    const found = await until(
      async () => {
        const ids: string[] = [];
        for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
        return ids;
      },
      (ids) => ids.length > 0,
    );
    expect(found).toEqual([topUpWorkflowId(order.id)]);
    const metadata = await client.workflow
      .getHandle(topUpWorkflowId(order.id))
      .query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toMatch(
      /Waiting for the customer to pay 20\.00 USD at stripe.*checkWithProvider/s,
    );
  });

  it('keeps e-mail, page address and secrets out of its history', async () => {
    const customer = await stack.api.customer();
    const { body: order } = await postTopUp(stack, customer);
    const history = await stack.temporal.client.workflow.getHandle(topUpWorkflowId(order.id)).fetchHistory();
    const text = (history.events ?? []).map((event) => JSON.stringify(event, readable)).join('\n');
    expect(text).toContain(order.number);
    for (const secret of [customer.email, order.checkout_url, 'sk_test']) expect(text).not.toContain(secret);
  });
});

describe('the same Idempotency-Key', () => {
  it('answers the same order, also when ten requests come at once', async () => {
    const customer = await stack.api.customer();
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => postTopUp(stack, customer, { amount_usd: '5.00' }, key)),
    );
    const [first] = answers;
    for (const { status, body } of answers) {
      expect(status).toBe(201);
      expect(body).toMatchObject({ id: first?.body.id, checkout_url: first?.body.checkout_url });
    }
    expect(await stack.simulator.control.sessions(first?.body.number)).toHaveLength(1);
    expect(await countOrders(customer)).toBe(1);
  });

  it('with another content is refused, before and after the order is paid', async () => {
    const customer = await stack.api.customer();
    const key = randomUUID();
    const { body: order } = await postTopUp(stack, customer, { amount_usd: '5.00' }, key);
    const reused = { status: 409, body: { error: { code: 'idempotency_key_reused' } } };
    expect(await postTopUp(stack, customer, { amount_usd: '6.00' }, key)).toMatchObject(reused);
    await stack.simulator.control.pay(await checkoutOf(stack, order.id));
    await untilStatus(stack, customer, order.id, 'credited');
    expect(await postTopUp(stack, customer, { amount_usd: '6.00' }, key)).toMatchObject(reused);
    expect(await postTopUp(stack, customer, { amount_usd: '5.00' }, key)).toMatchObject({
      status: 201,
      body: { id: order.id, status: 'credited', checkout_url: null },
    });
  });

  it('with two contents at the same moment gives one of them the order and refuses the other', async () => {
    const customer = await stack.api.customer();
    const key = randomUUID();
    const answers = await Promise.all(
      ['5.00', '6.00'].map((amount_usd) => postTopUp(stack, customer, { amount_usd }, key)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await countOrders(customer)).toBe(1);
  });

  it('of another customer is another order', async () => {
    const [one, two] = [await stack.api.customer(), await stack.api.customer()];
    const key = randomUUID();
    const [first, second] = [
      await postTopUp(stack, one, { amount_usd: '5.00' }, key),
      await postTopUp(stack, two, { amount_usd: '5.00' }, key),
    ];
    expect(first.body.id).not.toBe(second.body.id);
  });
});

describe('who may see a top-up', () => {
  it('its customer, but no other one', async () => {
    const [owner, other] = [await stack.api.customer(), await stack.api.customer()];
    const { body: order } = await postTopUp(stack, owner);
    expect(await getTopUp(stack, owner, order.id)).toMatchObject({ id: order.id, workflow_url: null });
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/check'],
      ['POST', '/cancel'],
    ] as const) {
      const answer = await stack.api.request(method, `/api/top-ups/${order.id}${path}`, {
        cookie: other.cookie,
      });
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    }
  });

  it('support, with the address of its workflow', async () => {
    const owner = await stack.api.customer();
    const support = await stack.api.customer({ role: 'support' });
    const { body: order } = await postTopUp(stack, owner);
    const seen = await getTopUp(stack, support, order.id);
    expect(seen.workflow_url).toBe(
      `http://127.0.0.1:8233/namespaces/${stack.temporal.namespace}/workflows/top-up%3A${order.id}`,
    );
  });

  it('finds all of them page by page, newest first', async () => {
    const customer = await stack.api.customer();
    const made: string[] = [];
    for (const amount_usd of ['1.00', '2.00', '3.00'])
      made.unshift((await postTopUp(stack, customer, { amount_usd })).body.id);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = `limit=2${cursor ? `&cursor=${cursor}` : ''}`;
      const { body } = await stack.api.request('GET', `/api/top-ups?${query}`, { cookie: customer.cookie });
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(made);
  });

  it('offers the methods with their limits', async () => {
    const { cookie } = await stack.api.customer();
    const { body } = await stack.api.request('GET', '/api/top-up-methods', { cookie });
    expect(body.items).toEqual([
      {
        method: 'card',
        label: 'Card',
        provider: 'stripe',
        currency: 'USD',
        presets_usd: ['5.00', '10.00', '20.00', '50.00', '100.00'],
        minimum_usd: '1.00',
        maximum_usd: '5000.00',
      },
    ]);
  });
});

/** Payloads are base64; a secret would hide in them. */
function readable(key: string, value: unknown): unknown {
  return key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value;
}
