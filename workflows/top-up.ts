import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import type { TopUpInput, TopUpResult } from './contract.ts';
import { TopUpOrder } from './top-up-order.ts';
import { takeRequests } from './top-up-requests.ts';

/** An order that buys a plan, a pass, a switch or a renewal: the same process under a name of its own. */
export function planOrder(input: TopUpInput): Promise<TopUpResult> {
  return topUp(input);
}

/**
 * One order, from the customer's click until it is credited or closed. Webhook, return page, poll and support all
 * end in the same settling step in Postgres; this process makes sure that one of them happens.
 */
export async function topUp(input: TopUpInput): Promise<TopUpResult> {
  const order = new TopUpOrder(input);
  takeRequests(order);
  try {
    await order.open();
    await order.issueLink();
    do {
      await order.waitForMoney();
      // A request can still turn the end around: money that "check again" finds on an expired order.
      await condition(allHandlersFinished);
      await order.readNews();
    } while (order.mustWait);
  } finally {
    // Whoever still waits for an answer gets it, a refusal included.
    await condition(allHandlersFinished);
  }
  if (order.mustContinueAsNew) await continueAsNew<typeof topUp>(input);
  return { status: order.status };
}
