import { FREE_PLAN_ID, passAction, planAction, type RunningPlan } from '../billing/plan-actions.ts';
import type { Db } from '../db/connection.ts';
import { listPlans, type PlanWithTerms } from '../db/plans.ts';
import type { Subscription } from '../db/subscriptions.ts';
import { readPlanNow } from './plan-now.ts';
import { planToWire } from './plan-wire.ts';
import type { OfferedPlan, PlanOffer } from './schemas/subscriptions.ts';

/** What is sold, and what the account can do with it. `undefined`: somebody who only looks. */
export async function planOffer(db: Db, accountId: string | undefined): Promise<PlanOffer> {
  const now = accountId === undefined ? undefined : await readPlanNow(db, accountId);
  const plans = await listPlans(db, now?.at);
  const running = now?.live && runningOf(now.live);
  return {
    items: plans
      .filter(({ id, enabled }) => enabled || id === FREE_PLAN_ID || id === running?.planId)
      .map((plan) => offered(plan, running, now === undefined)),
    current_plan_id: now ? (running?.planId ?? FREE_PLAN_ID) : null,
    scheduled_plan_id: now?.live?.nextPlanId ?? null,
  };
}

export function runningOf({ planId, kind, priceNanos, cancelledAt }: Subscription): RunningPlan {
  return { planId, kind, priceNanos, cancelled: cancelledAt !== null };
}

function offered(plan: PlanWithTerms, running: RunningPlan | undefined, isVisitor: boolean): OfferedPlan {
  const { priceNanos, passPriceNanos } = plan.current;
  const forSale = { id: plan.id, enabled: plan.enabled, priceNanos, passPriceNanos };
  const action = planAction(forSale, running);
  return {
    ...planToWire(plan, plan.current),
    action: isVisitor && action === 'current' ? 'none' : action,
    pass_action: passAction(forSale, running),
  };
}
