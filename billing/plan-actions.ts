import type { SubscriptionKind } from './subscriptions.ts';

/** What an account without a plan has. It is never bought, so it costs and grants nothing. */
export const FREE_PLAN_ID = 'free';

export interface PlanForSale {
  id: string;
  enabled: boolean;
  priceNanos: bigint;
  /** `null`: not sold as a pass. */
  passPriceNanos: bigint | null;
}

export interface RunningPlan {
  planId: string;
  kind: SubscriptionKind;
  /** What was paid for its current period. */
  priceNanos: bigint;
  cancelled: boolean;
}

export type PlanAction = 'current' | 'buy' | 'upgrade' | 'downgrade' | 'resume' | 'none';
export type PassAction = 'buy' | 'append' | 'switch' | 'none';

/** What an account can do with a plan as one that renews. */
export function planAction(plan: PlanForSale, running: RunningPlan | undefined): PlanAction {
  if (plan.id === FREE_PLAN_ID) return running ? 'none' : 'current';
  if (running?.planId === plan.id && running.kind === 'renewing')
    return running.cancelled ? 'resume' : 'current';
  if (!plan.enabled) return 'none';
  if (!running) return 'buy';
  return isDowngrade(plan.priceNanos, running) ? 'downgrade' : 'upgrade';
}

/** And as a pass. A plan that renews does not become one. */
export function passAction(plan: PlanForSale, running: RunningPlan | undefined): PassAction {
  if (!plan.enabled || plan.passPriceNanos === null || plan.id === FREE_PLAN_ID) return 'none';
  if (!running) return 'buy';
  if (running.kind === 'renewing') return 'none';
  return running.planId === plan.id ? 'append' : 'switch';
}

export function isDowngrade(newPriceNanos: bigint, running: Pick<RunningPlan, 'priceNanos'>): boolean {
  return newPriceNanos < running.priceNanos;
}
