import { z } from 'zod';
import { DomainError } from '../../billing/errors.ts';
import { cancelSubscriptionUpdate, resumeSubscriptionUpdate } from '../../workflows/contract.ts';
import { askSubscription } from '../ask-workflow.ts';
import type { AttemptLimit } from '../attempts.ts';
import type { ApiDeps } from '../deps.ts';
import { readPlanNow } from '../plan-now.ts';
import { defineRoute, type Route } from '../route.ts';
import {
  subscriptionPeriods as periodsBody,
  type SubscriptionView,
  subscription,
} from '../schemas/subscriptions.ts';
import { subscriptionPeriods } from '../subscription-history.ts';
import { subscriptionView } from '../subscription-view.ts';

const tag = 'Plans';

export function subscriptionRoutes(deps: ApiDeps, limit: AttemptLimit): Route[] {
  return [
    viewRoute(deps),
    periodsRoute(deps),
    askRoute(deps, limit, {
      path: '/api/subscription/cancel',
      summary: 'Make the paid period the last one',
      update: cancelSubscriptionUpdate,
    }),
    askRoute(deps, limit, {
      path: '/api/subscription/resume',
      summary: 'Take a cancellation back, until the period ends',
      update: resumeSubscriptionUpdate,
    }),
  ];
}

function viewRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/subscription',
    summary: 'The plan that runs, with pools, caps and the next renewal',
    tag,
    access: 'session',
    response: { status: 200, description: 'What the account has now', schema: subscription },
    handler: ({ session }) => subscriptionView(deps, session.accountId),
  });
}

function periodsRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/subscription/periods',
    summary: 'Periods of all plans so far, newest first',
    tag,
    access: 'session',
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    response: { status: 200, description: 'What was paid and granted, and how', schema: periodsBody },
    handler: async ({ session, query }) => ({
      items: await subscriptionPeriods(db, session.accountId, query.limit),
    }),
  });
}

interface AskRoute {
  path: string;
  summary: string;
  update: typeof cancelSubscriptionUpdate;
}

/** A repeat changes nothing more. */
function askRoute(deps: ApiDeps, limit: AttemptLimit, { path, summary, update }: AskRoute): Route {
  return defineRoute({
    method: 'post',
    path,
    summary,
    tag,
    access: 'session',
    response: { status: 200, description: 'The plan as it is now', schema: subscription },
    errors: ['no_live_plan', 'invalid_request', 'rate_limit_exceeded', 'temporal_unavailable'],
    handler: async ({ session }): Promise<SubscriptionView> => {
      await limit(session.accountId);
      const { live } = await readPlanNow(deps.db, session.accountId);
      if (!live) throw new DomainError('no_live_plan', 'This account has no plan');
      await askSubscription(deps, session.accountId, update, [{ requestedBy: 'customer' }]);
      return subscriptionView(deps, session.accountId);
    },
  });
}
