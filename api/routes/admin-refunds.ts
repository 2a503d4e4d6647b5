import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { accountRefunds, refundPlan } from '../refunds.ts';
import { defineRoute, type Route } from '../route.ts';
import { accountRefunds as accountRefundsBody, refundRequest } from '../schemas/refunds.ts';

const route = {
  path: '/api/admin/subscriptions/:accountId/refund',
  tag: 'Support',
  access: 'support',
  params: z.object({ accountId: z.uuid() }),
} as const;

export function adminRefundRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      ...route,
      method: 'get',
      summary: 'What a refund of the account’s plan would give now, and its refunds so far',
      response: { status: 200, description: 'Nothing is changed by asking', schema: accountRefundsBody },
      errors: ['not_found', 'method_not_available'],
      handler: ({ params: { accountId } }) => accountRefunds(deps, accountId),
    }),
    defineRoute({
      ...route,
      method: 'post',
      summary: 'Pay back what is unspent of the plan, and end it',
      description:
        'To the payment that it came from. The plan ends at once; a refund whose outcome is not known is asked about until it is.',
      body: refundRequest,
      response: { status: 200, description: 'The refund as far as it is known', schema: accountRefundsBody },
      errors: [
        'not_found',
        'no_live_plan',
        'nothing_to_refund',
        'method_not_available',
        'temporal_unavailable',
      ],
      handler: ({ session, params: { accountId }, body: { reason, subscription_id: subscriptionId } }) =>
        refundPlan(deps, session, { accountId, reason, subscriptionId }),
    }),
  ];
}
