import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { paymentSettledSignal, topUpWorkflowId } from '../../workflows/contract.ts';
import { checkoutOf, postTopUp, startTopUpStack, type TopUpStack, untilStatus } from '../support/top-ups.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

it('an order that is talked to thousands of times goes on in a fresh history, and is credited', async () => {
  const customer = await stack.api.customer();
  const { body: order } = await postTopUp(stack, customer);
  const workflow = stack.temporal.client.workflow.getHandle(topUpWorkflowId(order.id));
  const { runId } = await workflow.describe();
  let latest = runId;
  for (let told = 0; told < 5_000 && latest === runId; told += 50) {
    for (let i = 0; i < 50; i++) await workflow.signal(paymentSettledSignal);
    latest = (await workflow.describe()).runId;
  }
  expect(latest).not.toBe(runId);
  await stack.simulator.control.pay(await checkoutOf(stack, order.id));
  expect(await untilStatus(stack, customer, order.id, 'credited')).toMatchObject({ credited_usd: '20.00' });
  expect(await workflow.result()).toEqual({ status: 'credited' });
  const { searchAttributes } = await workflow.describe();
  expect(searchAttributes).toMatchObject({ OrderNumber: [order.number], OrderStatus: ['credited'] });
}, 240_000);
