import { z } from 'zod';
import type { AttemptLimit } from '../attempts.ts';
import type { ApiDeps } from '../deps.ts';
import {
  cardSetupView,
  checkCardSetup,
  forgetPaymentMethod,
  paymentMethodViews,
  startCardSetup,
} from '../payment-methods.ts';
import { defineRoute, type Route } from '../route.ts';
import { idempotencyHeaders } from '../schemas/common.ts';
import { cardSetup, paymentMethods } from '../schemas/payment-methods.ts';

const tag = 'Payment methods';
const params = z.object({ id: z.uuid() });

export function paymentMethodRoutes(deps: ApiDeps, limit: AttemptLimit): Route[] {
  return [
    listRoute(deps),
    forgetRoute(deps),
    setupRoute(deps, limit),
    setupViewRoute(deps),
    checkRoute(deps, limit),
  ];
}

function listRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/payment-methods',
    summary: 'Saved cards, the newest first',
    tag,
    access: 'session',
    response: { status: 200, description: 'Of each card what a receipt shows', schema: paymentMethods },
    handler: async ({ session }) => ({ items: await paymentMethodViews(deps, session.accountId) }),
  });
}

function forgetRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'delete',
    path: '/api/payment-methods/:id',
    summary: 'Remove a saved card',
    description: 'It is not charged any more. Without another card a plan is paid by hand each month.',
    tag,
    access: 'session',
    params,
    response: { status: 204, description: 'It is removed' },
    errors: ['not_found'],
    handler: ({ session, params: { id } }) => forgetPaymentMethod(deps, session.accountId, id),
  });
}

function setupRoute(deps: ApiDeps, limit: AttemptLimit): Route {
  return defineRoute({
    method: 'post',
    path: '/api/payment-methods/setups',
    summary: 'A page to save another card on',
    description: 'Nothing is paid there. The same Idempotency-Key answers the same page.',
    tag,
    access: 'session',
    headers: idempotencyHeaders,
    response: { status: 201, description: 'The page', schema: cardSetup },
    errors: [
      'method_not_available',
      'sandbox_account',
      'idempotency_key_missing',
      'rate_limit_exceeded',
      'provider_unavailable',
      'temporal_unavailable',
    ],
    handler: async ({ session, headers }) => {
      await limit(session.accountId);
      return startCardSetup(deps, session.accountId, headers['idempotency-key']);
    },
  });
}

function setupViewRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/payment-methods/setups/:id',
    summary: 'How the page stands',
    tag,
    access: 'session',
    params,
    response: { status: 200, description: 'Whether a card was saved', schema: cardSetup },
    errors: ['not_found'],
    handler: ({ session, params: { id } }) => cardSetupView(deps, session.accountId, id),
  });
}

function checkRoute(deps: ApiDeps, limit: AttemptLimit): Route {
  return defineRoute({
    method: 'post',
    path: '/api/payment-methods/setups/:id/check',
    summary: 'Ask the provider now whether a card was left',
    tag,
    access: 'session',
    params,
    response: { status: 200, description: 'How the page stands now', schema: cardSetup },
    errors: ['not_found', 'rate_limit_exceeded', 'provider_unavailable', 'temporal_unavailable'],
    handler: async ({ session, params: { id } }) => {
      await limit(session.accountId);
      return checkCardSetup(deps, session.accountId, id);
    },
  });
}
