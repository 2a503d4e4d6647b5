import { DomainError } from '../billing/errors.ts';
import type { Order } from '../db/orders.ts';
import { readSituation } from '../db/subscription-facts.ts';
import type { Subscription } from '../db/subscriptions.ts';
import type { ApiDeps } from './deps.ts';
import { canPayNow } from './payment-due.ts';
import { type PlanNow, readPlanNow } from './plan-now.ts';
import {
  offerOf,
  type Purchase,
  type PurchaseRequest,
  purchasePlan,
  requireSandboxMoney,
} from './plan-purchase.ts';

export interface PlanOrderRequest extends PurchaseRequest {
  planId: string;
  kind: 'plan' | 'pass';
}

/** Buys a plan for an account without one, or a pass, also as the continuation of the same pass. */
export function orderPlan(deps: ApiDeps, request: PlanOrderRequest): Promise<Order> {
  const { accountId, planId, kind } = request;
  const buys = kind === 'pass' ? ('pass' as const) : ('renewing' as const);
  return purchasePlan(deps, request, { kind, buys, planId }, async () => {
    const now = await readPlanNow(deps.db, accountId);
    const { terms, priceNanos } = await offerOf(deps.db, planId, buys, now.at);
    requireSandboxMoney(deps.config, now);
    if (now.live) refuseBesides(now.live, request);
    const subscriptionId = now.live?.id ?? null;
    return { kind, buys, planVersion: terms.version, priceNanos, subscriptionId, periodIndex: null };
  });
}

function refuseBesides(live: Subscription, { kind, planId }: PlanOrderRequest): void {
  const samePlan = live.planId === planId;
  if (kind === 'pass' && live.kind === 'pass' && samePlan) return;
  if (kind === 'pass' && live.kind === 'renewing')
    throw new DomainError(
      'pass_not_possible',
      'A plan that renews is running. Cancel it; when it has ended, a pass can be bought.',
    );
  if (samePlan && live.kind === 'renewing')
    throw new DomainError(
      'plan_already_running',
      live.cancelledAt
        ? 'This plan is running and cancelled. Resume it instead of buying it again.'
        : 'This plan is running already and renews by itself',
    );
  throw new DomainError(
    'plan_already_running',
    'Another plan is running. Ask for a quote and switch: its unused share is credited.',
  );
}

/** An order for the next period, where it is due and not paid by itself. */
export function payForRenewal(deps: ApiDeps, request: PurchaseRequest): Promise<Order> {
  const { db, config } = deps;
  return purchasePlan(deps, request, { kind: 'renewal', buys: 'renewing' }, async () => {
    const now = await readPlanNow(db, request.accountId);
    requireSandboxMoney(config, now);
    return renewalOf(deps, now);
  });
}

async function renewalOf({ db }: ApiDeps, { live, at }: PlanNow): Promise<Purchase> {
  if (!live) throw new DomainError('no_live_plan', 'This account has no plan. Choose one first.');
  const situation = await readSituation(db, live, at);
  const { next, undecided } = situation;
  if (undecided)
    throw new DomainError(
      'nothing_to_pay',
      'A charge for this month is on its way. Wait until it is known; nothing is charged twice.',
    );
  if (!next || !canPayNow(situation)) throw new DomainError('nothing_to_pay', 'Nothing is due at the moment');
  return {
    kind: 'renewal',
    buys: 'renewing',
    planVersion: next.planVersion,
    priceNanos: next.priceNanos,
    subscriptionId: live.id,
    periodIndex: next.periodIndex,
  };
}
