import type { ApiDeps } from '../deps.ts';
import { planOffer } from '../plan-offer.ts';
import { defineRoute, type Route } from '../route.ts';
import { planOffer as planOfferBody } from '../schemas/subscriptions.ts';

export function planRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/plans',
      summary: 'Plans, and what can be done with each',
      description: 'For everybody; with a session the actions are those of the account.',
      tag: 'Plans',
      access: 'public',
      response: { status: 200, description: 'What is sold', schema: planOfferBody },
      handler: async ({ ctx }) => planOffer(deps.db, (await deps.readSession(ctx))?.accountId),
    }),
  ];
}
