import { z } from 'zod';
import { accountSubscription, actOnSubscription, type SupportAct } from '../admin-subscriptions.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import {
  accountQuery,
  accountSubscription as accountSubscriptionBody,
  reasonBody,
} from '../schemas/admin-subscriptions.ts';

const tag = 'Support';

const acts: Record<SupportAct, { summary: string; description: string }> = {
  retry: {
    summary: 'Charge the saved card now, whatever the ladder says',
    description: 'Not while a charge is undecided: nothing is charged twice.',
  },
  skip: {
    summary: 'Begin the next period unpaid and without credits',
    description: 'The calendar is kept; nothing is charged for it.',
  },
  grant: {
    summary: 'Count the next period as paid',
    description: 'With its credits. The reason is the evidence, and goes to the audit log.',
  },
};

export function adminSubscriptionRoutes(deps: ApiDeps): Route[] {
  return [findRoute(deps), actRoute(deps, 'retry'), actRoute(deps, 'skip'), actRoute(deps, 'grant')];
}

function findRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/admin/subscriptions',
    summary: 'The plan of an account, with its periods, charges and workflow',
    tag,
    access: 'support',
    query: accountQuery,
    response: { status: 200, description: 'Everything about it', schema: accountSubscriptionBody },
    errors: ['not_found'],
    handler: ({ query }) => accountSubscription(deps, query.account),
  });
}

function actRoute(deps: ApiDeps, act: SupportAct): Route {
  return defineRoute({
    method: 'post',
    path: `/api/admin/subscriptions/:accountId/${act}`,
    ...acts[act],
    tag,
    access: 'support',
    params: z.object({ accountId: z.uuid() }),
    body: reasonBody,
    response: { status: 200, description: 'The plan as it is now', schema: accountSubscriptionBody },
    errors: ['not_found', 'invalid_request', 'method_not_available', 'temporal_unavailable'],
    handler: ({ session, params: { accountId }, body: { reason } }) =>
      actOnSubscription(deps, session, { accountId, act, reason }),
  });
}
