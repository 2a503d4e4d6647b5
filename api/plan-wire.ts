import { formatCredits } from '../billing/credits.ts';
import { formatUsd } from '../billing/money.ts';
import { bonusOf } from '../billing/plans.ts';
import type { Plan, PlanVersion } from '../db/plans.ts';
import type { AdminPlan, PlanVersionView } from './schemas/plans.ts';

export function planToWire({ id, name, enabled }: Plan, terms: PlanVersion): AdminPlan {
  return { id, name, enabled, ...versionToWire(terms) };
}

export function versionToWire(terms: PlanVersion): PlanVersionView {
  const { baseNanos, bonusPercent, dailyCapRequests } = terms;
  return {
    version: terms.version.toString(),
    effective_from: terms.effectiveFrom.toISOString(),
    price_usd: formatUsd(terms.priceNanos),
    pass_price_usd: ifAny(terms.passPriceNanos, formatUsd),
    base_credits: formatCredits(baseNanos),
    bonus_percent: bonusPercent,
    monthly_credits: formatCredits(baseNanos + bonusOf(terms)),
    backup_credits: formatCredits(terms.backupNanos),
    backup_refill: terms.backupRefill,
    daily_cap_credits: ifAny(terms.dailyCapNanos, formatCredits),
    daily_cap_requests: dailyCapRequests === null ? null : Number(dailyCapRequests),
    weekly_cap_credits: ifAny(terms.weeklyCapNanos, formatCredits),
    budget_usd: ifAny(terms.budgetNanos, formatUsd),
    requests_per_minute: terms.requestsPerMinute,
    tokens_per_minute: ifAny(terms.tokensPerMinute, String),
    model_access: terms.modelAccess,
  };
}

function ifAny(value: bigint | null, format: (value: bigint) => string): string | null {
  return value === null ? null : format(value);
}
