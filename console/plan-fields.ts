import type { AdminPlan, ChangePlan } from '../api/schemas/plans.ts';
import { timesIn } from './money.ts';

/** A plan as a form holds it: text, and empty where there is no limit. */
export interface PlanFields {
  name: string;
  enabled: boolean;
  price: string;
  passPrice: string;
  base: string;
  bonus: string;
  backupFactor: string;
  backupRefill: AdminPlan['backup_refill'];
  dailyCredits: string;
  dailyRequests: string;
  weeklyCredits: string;
  budget: string;
  budgetBy: 'factor' | 'usd';
  requests: string;
  tokens: string;
  access: AdminPlan['model_access'];
  reason: string;
}

export function planFieldsOf(plan: AdminPlan): PlanFields {
  const budgetFactor = plan.budget_usd === null ? undefined : timesIn(plan.budget_usd, plan.price_usd);
  return {
    name: plan.name,
    enabled: plan.enabled,
    price: plan.price_usd,
    passPrice: plan.pass_price_usd ?? '',
    base: plan.base_credits,
    bonus: String(plan.bonus_percent),
    backupFactor: timesIn(plan.backup_credits, plan.base_credits) ?? '',
    backupRefill: plan.backup_refill,
    dailyCredits: plan.daily_cap_credits ?? '',
    dailyRequests: plan.daily_cap_requests === null ? '' : String(plan.daily_cap_requests),
    weeklyCredits: plan.weekly_cap_credits ?? '',
    budget: budgetFactor ?? plan.budget_usd ?? '',
    budgetBy: budgetFactor === undefined ? 'usd' : 'factor',
    requests: plan.requests_per_minute === null ? '' : String(plan.requests_per_minute),
    tokens: plan.tokens_per_minute ?? '',
    access: plan.model_access,
    reason: '',
  };
}

const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
const countOrNull = (text: string) => (text.trim() === '' ? null : Number(text));

type Terms = Omit<ChangePlan, 'version' | 'reason'>;

function changedTerms(before: PlanFields, now: PlanFields): Terms {
  const differs = (...names: (keyof PlanFields)[]) => names.some((name) => before[name] !== now[name]);
  return {
    ...(differs('name') && { name: now.name.trim() }),
    ...(differs('enabled') && { enabled: now.enabled }),
    ...(differs('price') && { price_usd: now.price.trim() }),
    ...(differs('passPrice') && { pass_price_usd: orNull(now.passPrice) }),
    ...(differs('base') && { base_credits: now.base.trim() }),
    ...(differs('bonus') && { bonus_percent: Number(now.bonus) }),
    // A factor holds for another base or price too, as the form shows it.
    ...(differs('backupFactor', 'base') &&
      now.backupFactor !== '' && { backup_factor: now.backupFactor.trim() }),
    ...(differs('backupRefill') && { backup_refill: now.backupRefill }),
    ...(differs('dailyCredits') && { daily_cap_credits: orNull(now.dailyCredits) }),
    ...(differs('dailyRequests') && { daily_cap_requests: countOrNull(now.dailyRequests) }),
    ...(differs('weeklyCredits') && { weekly_cap_credits: orNull(now.weeklyCredits) }),
    ...changedBudget(now, differs('budget', 'budgetBy'), differs('price')),
    ...(differs('requests') && { requests_per_minute: countOrNull(now.requests) }),
    ...(differs('tokens') && { tokens_per_minute: orNull(now.tokens) }),
    ...(differs('access') && { model_access: now.access }),
  };
}

function changedBudget({ budget, budgetBy }: PlanFields, changed: boolean, priceChanged: boolean): Terms {
  const isFactor = budgetBy === 'factor' && budget.trim() !== '';
  if (isFactor) return changed || priceChanged ? { budget_factor: budget.trim() } : {};
  return changed ? { budget_usd: orNull(budget) } : {};
}

/** Only what was changed, so that an edit says what it is; `undefined` where nothing was. */
export function toPlanChange(plan: AdminPlan, now: PlanFields): ChangePlan | undefined {
  const terms = changedTerms(planFieldsOf(plan), now);
  if (Object.keys(terms).length === 0) return undefined;
  return { version: plan.version, reason: now.reason.trim(), ...terms };
}
