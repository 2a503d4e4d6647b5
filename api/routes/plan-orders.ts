import type { ErrorCode } from '../../billing/errors.ts';
import type { AttemptLimit } from '../attempts.ts';
import type { ApiDeps } from '../deps.ts';
import { orderToWire } from '../order-wire.ts';
import { orderPlan, payForRenewal } from '../plan-orders.ts';
import { keepPlan, switchAtPeriodEnd, switchNow } from '../plan-switches.ts';
import { defineRoute, type Route } from '../route.ts';
import { idempotencyHeaders } from '../schemas/common.ts';
import {
  createPlanOrder,
  createPlanSwitch,
  payRenewal,
  planSwitch,
  quoteQuery,
  switchQuote,
} from '../schemas/plan-orders.ts';
import { topUp } from '../schemas/top-ups.ts';
import { subscriptionView } from '../subscription-view.ts';
import { quoteSwitch, quoteView } from '../switch-quote.ts';

const tag = 'Plans';
const refusals: ErrorCode[] = [
  'plan_not_available',
  'plan_already_running',
  'pass_not_possible',
  'no_live_plan',
];
const orderErrors: ErrorCode[] = [
  ...refusals,
  'sandbox_account',
  'method_not_available',
  'idempotency_key_missing',
  'idempotency_key_reused',
  'too_many_pending_orders',
  'daily_top_up_limit_reached',
  'rate_limit_exceeded',
  'provider_unavailable',
  'temporal_unavailable',
];

export function planOrderRoutes(deps: ApiDeps, limit: AttemptLimit): Route[] {
  return [
    orderRoute(deps, limit),
    payRoute(deps, limit),
    quoteRoute(deps),
    switchRoute(deps, limit),
    keepRoute(deps, limit),
  ];
}

function orderRoute(deps: ApiDeps, limit: AttemptLimit): Route {
  return defineRoute({
    method: 'post',
    path: '/api/plan-orders',
    summary: 'Buy a plan or a pass',
    description:
      'Answers with the link to pay; nothing changes until it is paid. The same Idempotency-Key answers the same order. Its state is at /api/top-ups/{id}.',
    tag,
    access: 'session',
    headers: idempotencyHeaders,
    body: createPlanOrder,
    response: { status: 201, description: 'The order, with its link', schema: topUp },
    errors: orderErrors,
    handler: async ({ session, headers, body }) => {
      await limit(session.accountId);
      const order = await orderPlan(deps, {
        accountId: session.accountId,
        idempotencyKey: headers['idempotency-key'],
        planId: body.plan_id,
        kind: body.kind,
        method: body.method,
      });
      return orderToWire(deps.db, order);
    },
  });
}

function payRoute(deps: ApiDeps, limit: AttemptLimit): Route {
  return defineRoute({
    method: 'post',
    path: '/api/subscription/pay',
    summary: 'Pay the next month by hand',
    description: 'Where payment_due says can_pay_now: reminded of, declined, or waiting for the bank.',
    tag,
    access: 'session',
    headers: idempotencyHeaders,
    body: payRenewal,
    response: { status: 201, description: 'The order, with its link', schema: topUp },
    errors: [...orderErrors, 'nothing_to_pay'],
    handler: async ({ session, headers, body }) => {
      await limit(session.accountId);
      const order = await payForRenewal(deps, {
        accountId: session.accountId,
        idempotencyKey: headers['idempotency-key'],
        method: body.method,
      });
      return orderToWire(deps.db, order);
    },
  });
}

function quoteRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/plan-switches/quote',
    summary: 'What switching to another plan now would credit, term by term',
    tag,
    access: 'session',
    query: quoteQuery,
    response: { status: 200, description: 'As of this moment', schema: switchQuote },
    errors: refusals,
    handler: async ({ session, query }) =>
      quoteView(db, await quoteSwitch(db, session.accountId, { planId: query.plan_id, as: query.as })),
  });
}

function switchRoute(deps: ApiDeps, limit: AttemptLimit): Route {
  return defineRoute({
    method: 'post',
    path: '/api/plan-switches',
    summary: 'Switch to another plan, now or when the period ends',
    description:
      'Now: answers with an order for the full price of the new plan; once it is paid the unused share of the old one is credited to the wallet. At the period’s end: nothing is paid and nothing lost.',
    tag,
    access: 'session',
    headers: idempotencyHeaders,
    body: createPlanSwitch,
    response: { status: 201, description: 'The order, or what is scheduled', schema: planSwitch },
    errors: [...orderErrors, 'quote_changed', 'invalid_request'],
    handler: async ({ session: { accountId }, headers, body }) => {
      await limit(accountId);
      const target = { accountId, planId: body.plan_id, as: body.as };
      if (body.when === 'period_end') {
        await switchAtPeriodEnd(deps, target);
        const { scheduled_switch: scheduled } = await subscriptionView(deps, accountId);
        return { order: null, scheduled };
      }
      const order = await switchNow(deps, {
        ...target,
        idempotencyKey: headers['idempotency-key'],
        method: body.method,
        quotedCreditUsd: body.quote_credit_usd,
      });
      return { order: await orderToWire(deps.db, order), scheduled: null };
    },
  });
}

function keepRoute(deps: ApiDeps, limit: AttemptLimit): Route {
  return defineRoute({
    method: 'delete',
    path: '/api/plan-switches/scheduled',
    summary: 'Take a scheduled switch back',
    tag,
    access: 'session',
    response: { status: 204, description: 'The plan goes on as it is' },
    errors: ['invalid_request', 'rate_limit_exceeded', 'temporal_unavailable'],
    handler: async ({ session }) => {
      await limit(session.accountId);
      await keepPlan(deps, session.accountId);
    },
  });
}
