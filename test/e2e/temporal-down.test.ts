import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configuredWebhooks } from '../../providers/configured.ts';
import { sweepList } from '../../worker/sweep-list.ts';
import { topUpWorkflowId } from '../../workflows/contract.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { deliver, eventAbout, inboxOf } from '../support/stripe-events.ts';
import {
  checkoutOf,
  creditsOf,
  getTopUp,
  postTopUp,
  startTopUpStack,
  stripeKey,
  type TopUpStack,
  untilStatus,
  webhookSecret,
} from '../support/top-ups.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

function sweep(name: string): Promise<void> {
  const deps = {
    db: stack.database.db,
    temporal: stack.temporal.client,
    logger: stack.api.deps.logger,
    providers: new Map(),
    sendMail: async () => {},
  };
  const found = sweepList(deps).find((candidate) => candidate.name === name);
  if (!found) throw new Error(`There is no sweep ${name}`);
  return found.run();
}

describe('while Temporal is down', () => {
  let cutOff: TestApi;
  beforeAll(async () => {
    const keys = { STRIPE_SECRET_KEY: stripeKey, STRIPE_WEBHOOK_SECRET: webhookSecret };
    cutOff = await startTestApi({
      databaseUrl: stack.database.url,
      environment: keys,
      deps: { webhookParsers: configuredWebhooks(keys) },
    });
  });
  afterAll(() => cutOff.stop());

  it('a webhook is stored and answered, and credits once Temporal is back', async () => {
    const payer = await stack.api.customer();
    const { body: order } = await postTopUp(stack, payer);
    const event = await eventAbout(stack, order);
    expect(await deliver({ api: cutOff }, event)).toMatchObject({ status: 200 });
    expect(await inboxOf(stack, event.id)).toEqual([{ status: 'stored', outcome: null, order_id: null }]);
    expect(await getTopUp(stack, payer, order.id)).toMatchObject({ status: 'link_issued' });

    await stack.database.db.raw("update inbox_events set received_at = now() - interval '1 minute'");
    await sweep('forgotten events');
    expect(await untilStatus(stack, payer, order.id, 'credited')).toMatchObject({ credited_usd: '20.00' });
    expect(await creditsOf(stack, payer.accountId)).toHaveLength(1);
  });

  it('a top-up is refused in words, and leaves no half-made order', async () => {
    const customer = await stack.api.customer();
    const answer = await cutOff.request('POST', '/api/top-ups', {
      cookie: customer.cookie,
      body: { amount_usd: '5.00' },
      headers: { 'idempotency-key': randomUUID() },
    });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'temporal_unavailable' } } });
    expect(answer.body.error.message).toMatch(/again/i);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    const { body: page } = await stack.api.request('GET', '/api/top-ups', { cookie: customer.cookie });
    expect(page.items).toEqual([]);
  }, 30_000);
});

it('an order whose workflow was lost is taken up again, and credited', async () => {
  const payer = await stack.api.customer();
  const { body: order } = await postTopUp(stack, payer);
  await stack.temporal.client.workflow.getHandle(topUpWorkflowId(order.id)).terminate('an accident');
  const checkout = await checkoutOf(stack, order.id);
  await stack.simulator.control.fault({ kind: 'drop', times: null, object: checkout });
  await stack.simulator.control.pay(checkout);
  await stack.database.db.raw("update orders set expires_at = now() - interval '1 hour' where id = ?", [
    order.id,
  ]);
  await sweep('overdue orders');
  expect(await untilStatus(stack, payer, order.id, 'credited')).toMatchObject({ credited_usd: '20.00' });
});
