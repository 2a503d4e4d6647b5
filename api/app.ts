import Router from '@koa/router';
import Koa from 'koa';
import { logRequests } from '../http/access-log.ts';
import type { AppState } from '../http/context.ts';
import { answerErrors } from '../http/errors.ts';
import { requireSameOrigin } from '../http/origin.ts';
import { assignRequestId } from '../http/request-id.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { closeWhileDraining } from '../http/shutdown.ts';
import { attemptsPerMinute } from './attempts.ts';
import { serveConsole } from './console.ts';
import type { ApiDeps } from './deps.ts';
import { serveDocs } from './docs.ts';
import { guardsOf, type Route } from './route.ts';
import { accountRoutes } from './routes/account.ts';
import { adminAuditLogRoutes } from './routes/admin-audit-log.ts';
import { adminPlanRoutes } from './routes/admin-plans.ts';
import { adminRefundRoutes } from './routes/admin-refunds.ts';
import { adminSubscriptionRoutes } from './routes/admin-subscriptions.ts';
import { authRoutes } from './routes/auth.ts';
import { billingRunRoutes } from './routes/billing-runs.ts';
import { healthRoutes } from './routes/health.ts';
import { keyRoutes } from './routes/keys.ts';
import { modelRoutes } from './routes/models.ts';
import { openApiRoute } from './routes/openapi.ts';
import { paymentMethodRoutes } from './routes/payment-methods.ts';
import { planOrderRoutes } from './routes/plan-orders.ts';
import { planRoutes } from './routes/plans.ts';
import { sandboxRoutes } from './routes/sandbox.ts';
import { subscriptionRoutes } from './routes/subscription.ts';
import { topUpRoutes } from './routes/top-ups.ts';
import { usageRoutes } from './routes/usage.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** Every route of the api, in the order of the docs page. A new routes file is listed here. */
export function apiRoutes(deps: ApiDeps): Route[] {
  // One count for all that costs a call to a provider.
  const limit = attemptsPerMinute(deps.config.ORDER_ATTEMPTS_PER_MINUTE);
  const routes = [
    ...authRoutes(deps),
    ...accountRoutes(deps),
    ...topUpRoutes(deps, limit),
    ...planRoutes(deps),
    ...subscriptionRoutes(deps, limit),
    ...planOrderRoutes(deps, limit),
    ...paymentMethodRoutes(deps, limit),
    ...keyRoutes(deps),
    ...usageRoutes(deps),
    ...modelRoutes(deps),
    ...adminPlanRoutes(deps),
    ...adminSubscriptionRoutes(deps),
    ...adminRefundRoutes(deps),
    ...sandboxRoutes(deps),
    ...adminAuditLogRoutes(deps),
    ...webhookRoutes(deps),
    ...billingRunRoutes(deps),
    ...healthRoutes(deps),
  ];
  return [...routes, openApiRoute(deps, routes)];
}

export function createApp(deps: ApiDeps): Koa<AppState> {
  const { config, logger, metrics } = deps;
  const app = new Koa<AppState>({ proxy: config.TRUSTED_PROXIES > 0, maxIpsCount: config.TRUSTED_PROXIES });
  // A client that leaves while a file is sent, for example; koa would print it past our log.
  app.on('error', (err) => logger.warn({ err }, 'An answer could not be sent'));
  app.use(assignRequestId(logger));
  app.use(logRequests(metrics));
  app.use(closeWhileDraining(deps.draining));
  app.use(answerErrors());
  app.use(securityHeaders(config.PUBLIC_URL));
  app.use(requireSameOrigin(config.PUBLIC_URL));
  const router = new Router<AppState>();
  for (const route of apiRoutes(deps))
    router[route.method](route.path, ...guardsOf(route, deps.readSession), route.run);
  app.use(router.routes());
  app.use(router.allowedMethods());
  app.use(serveDocs());
  if (config.CONSOLE_DIR) app.use(serveConsole(config.CONSOLE_DIR));
  return app;
}
