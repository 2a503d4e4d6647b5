import { z } from 'zod';
import { formatUsd } from '../../billing/money.ts';
import { listOrderEvents } from '../../db/order-events.ts';
import { listOrders } from '../../db/orders.ts';
import { orderWorkflowId } from '../../workflows/contract.ts';
import type { AttemptLimit } from '../attempts.ts';
import type { ApiDeps } from '../deps.ts';
import { ordersToWire, orderToWire } from '../order-wire.ts';
import { defineRoute, type Route } from '../route.ts';
import { idempotencyHeaders, pageQuery } from '../schemas/common.ts';
import {
  createTopUp as createTopUpBody,
  topUp,
  topUpDetail,
  topUpMethods as topUpMethodsBody,
  topUpPage,
} from '../schemas/top-ups.ts';
import { topUpMethods } from '../top-up-methods.ts';
import { cancelTopUp, checkTopUp, createTopUp, visibleOrder } from '../top-ups.ts';
import { workflowUrl } from '../workflow-url.ts';

const tag = 'Top-ups';
const params = z.object({ id: z.uuid() });

export function topUpRoutes(deps: ApiDeps, limit: AttemptLimit): Route[] {
  return [
    methodsRoute(deps),
    createRoute(deps, limit),
    listRoute(deps),
    detailRoute(deps),
    checkRoute(deps, limit),
    cancelRoute(deps, limit),
  ];
}

function methodsRoute({ config }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/top-up-methods',
    summary: 'Ways to pay, with their limits',
    tag,
    access: 'session',
    response: { status: 200, description: 'What this deployment offers', schema: topUpMethodsBody },
    handler: () => ({
      items: topUpMethods(config).map(({ presetsUsd, minimumNanos, maximumNanos, ...method }) => ({
        ...method,
        presets_usd: [...presetsUsd],
        minimum_usd: formatUsd(minimumNanos),
        maximum_usd: formatUsd(maximumNanos),
      })),
    }),
  });
}

function createRoute(deps: ApiDeps, limit: AttemptLimit): Route {
  return defineRoute({
    method: 'post',
    path: '/api/top-ups',
    summary: 'Start a top-up',
    description:
      'Answers with the link to pay. The same Idempotency-Key answers the same order, as it stands then: after a 503 or a time-out send the request again with the same key.',
    tag,
    access: 'session',
    headers: idempotencyHeaders,
    body: createTopUpBody,
    response: { status: 201, description: 'The order, with its link', schema: topUp },
    errors: [
      'amount_too_small',
      'amount_too_large',
      'method_not_available',
      'idempotency_key_missing',
      'idempotency_key_reused',
      'too_many_pending_orders',
      'daily_top_up_limit_reached',
      'rate_limit_exceeded',
      'provider_unavailable',
      'temporal_unavailable',
    ],
    handler: async ({ session, headers, body }) => {
      await limit(session.accountId);
      const order = await createTopUp(deps, {
        accountId: session.accountId,
        idempotencyKey: headers['idempotency-key'],
        amountUsd: body.amount_usd,
        method: body.method,
      });
      return orderToWire(deps.db, order);
    },
  });
}

function listRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/top-ups',
    summary: 'Orders, newest first',
    description: 'Top-ups, and orders for plans too.',
    tag,
    access: 'session',
    query: pageQuery.extend({ cursor: z.uuid().optional() }),
    response: { status: 200, description: 'A page of top-ups', schema: topUpPage },
    handler: async ({ session, query }) => {
      const { cursor: after, limit } = query;
      // One more than asked for tells whether there is another page.
      const orders = await listOrders(db, { accountId: session.accountId, after, limit: limit + 1 });
      const page = orders.slice(0, limit);
      return {
        items: await ordersToWire(db, page),
        next_cursor: orders.length > limit ? (page.at(-1)?.id ?? null) : null,
      };
    },
  });
}

function detailRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/top-ups/:id',
    summary: 'One top-up with its timeline',
    description: 'Support sees every order, with the address of its workflow.',
    tag,
    access: 'session',
    params,
    response: { status: 200, description: 'The order and what happened to it', schema: topUpDetail },
    errors: ['not_found'],
    handler: async ({ session, params: { id } }) => {
      const order = await visibleOrder(deps, session, id);
      const timeline = (await listOrderEvents(deps.db, id)).map((event) => ({
        ...event,
        at: event.at.toISOString(),
      }));
      const url = session.role === 'customer' ? null : workflowUrl(deps.config, orderWorkflowId(order));
      return { ...(await orderToWire(deps.db, order)), timeline, workflow_url: url };
    },
  });
}

function checkRoute(deps: ApiDeps, limit: AttemptLimit): Route {
  return defineRoute({
    method: 'post',
    path: '/api/top-ups/:id/check',
    summary: 'Ask the provider now',
    description: 'Also on orders that expired or were cancelled: money that came late is credited.',
    tag,
    access: 'session',
    params,
    query: z.strictObject({
      returned: z
        .stringbool()
        .default(false)
        .meta({ description: 'The customer just came back from paying' }),
    }),
    response: { status: 200, description: 'The order as it stands now', schema: topUp },
    errors: ['not_found', 'rate_limit_exceeded', 'provider_unavailable', 'temporal_unavailable'],
    handler: async ({ session, params: { id }, query }) => {
      await limit(session.accountId);
      return orderToWire(deps.db, await checkTopUp(deps, session, id, query.returned));
    },
  });
}

function cancelRoute(deps: ApiDeps, limit: AttemptLimit): Route {
  return defineRoute({
    method: 'post',
    path: '/api/top-ups/:id/cancel',
    summary: 'Give up a top-up that is not paid',
    description: 'The page at the provider is closed first. If money came meanwhile, it is credited instead.',
    tag,
    access: 'session',
    params,
    response: { status: 200, description: 'The order as it stands now', schema: topUp },
    errors: [
      'not_found',
      'order_not_open',
      'rate_limit_exceeded',
      'provider_unavailable',
      'temporal_unavailable',
    ],
    handler: async ({ session, params: { id } }) => {
      await limit(session.accountId);
      return orderToWire(deps.db, await cancelTopUp(deps, session, id));
    },
  });
}
