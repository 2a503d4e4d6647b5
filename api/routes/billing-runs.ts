import { dryBillingRun, requireBillingToken, startBillingRun } from '../billing-runs.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { billingRun, billingRunRequest } from '../schemas/admin-subscriptions.ts';

export function billingRunRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/internal/billing-runs',
      summary: 'Do what has fallen due for subscriptions, or list it',
      description:
        'For a scheduler: `Authorization: Bearer` with BILLING_TOKEN. Send it twice, late, or from many places: every period renews once.',
      tag: 'Operations',
      access: 'public',
      admit: (ctx) => requireBillingToken(deps.config.BILLING_TOKEN, ctx.get('authorization')),
      body: billingRunRequest,
      response: {
        status: 200,
        description: 'Where the run goes on, or a page of what it would do',
        schema: billingRun,
      },
      errors: ['not_found', 'unauthorized', 'invalid_request', 'temporal_unavailable'],
      handler: async ({ ctx, body: { as_of: asOf, account_id: accountId, ...page } }) => {
        const request = { asOf: asOf === undefined ? undefined : new Date(asOf), accountId };
        if (page.dry_run) return dryBillingRun(deps, { ...request, limit: page.limit, cursor: page.cursor });
        ctx.status = 202;
        return startBillingRun(deps, request);
      },
    }),
  ];
}
