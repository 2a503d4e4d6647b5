import { Context } from '@temporalio/activity';
import type { ActivityDeps } from './deps.ts';
import { advance } from './subscription/advance.ts';
import { collect } from './subscription/collect.ts';
import { fulfilOrder } from './subscription/fulfil-order.ts';
import { type RefundPlanInput, refundPlan } from './subscription/refund-plan.ts';
import type { SubscriptionReport } from './subscription/report.ts';
import { handleRequest, type RequestInput } from './subscription/requests.ts';
import { sendNotices } from './subscription/send-notices.ts';
import { type TurnInput, takeTurn } from './subscription/turn.ts';

export type { SubscriptionReport } from './subscription/report.ts';
export type { RequestInput, SubscriptionRequest } from './subscription/requests.ts';

export type SubscriptionActivities = ReturnType<typeof createSubscriptionActivities>;

/** The steps of an account's plan. Each decides under the account's lock what is to be done, so each may run twice. */
export function createSubscriptionActivities(deps: ActivityDeps) {
  return {
    /** Only Postgres: what is due and needs no provider. */
    advanceSubscription: (input: TurnInput): Promise<SubscriptionReport> => takeTurn(deps, input, advance),
    collectPayment: (input: TurnInput): Promise<SubscriptionReport> => collect(deps, input),
    async fulfilOrder(input: TurnInput & { orderId: string }): Promise<SubscriptionReport> {
      const { attempt } = Context.current().info;
      const { order, ...report } = await fulfilOrder(deps, { ...input, attempt });
      if (order) await deps.messages.orderSettled(order);
      return report;
    },
    refundPlan: (input: RefundPlanInput): Promise<SubscriptionReport> => refundPlan(deps, input),
    handleRequest: (input: RequestInput): Promise<SubscriptionReport> => handleRequest(deps, input),
    sendNotices: (input: { accountId?: string }): Promise<void> => sendNotices(deps, input.accountId),
  };
}
