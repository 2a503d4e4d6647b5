import { capDay } from '../billing/cap-day.ts';
import { formatCredits } from '../billing/credits.ts';
import { formatUsd } from '../billing/money.ts';
import { planWeek } from '../billing/plans.ts';
import type { Db } from '../db/connection.ts';
import type { PlanVersion } from '../db/plans.ts';
import { readWindowUse, type WindowScope } from '../db/window-use.ts';
import type { PlanNow } from './plan-now.ts';
import type { PlanCap } from './schemas/subscriptions.ts';

interface Cap extends Pick<PlanCap, 'cap' | 'unit'> {
  scope: WindowScope;
  limit: bigint;
  startMs: number;
  endMs: number;
}

/** What the plan limits, each with its use so far and the moment it begins anew; as proxy/limits.ts counts it. */
export async function readCaps(db: Db, now: PlanNow, terms: PlanVersion): Promise<PlanCap[]> {
  const caps: PlanCap[] = [];
  // One by one: `db` may be a transaction, which is one connection.
  for (const cap of capsOf(now, terms)) caps.push(await readCap(db, now, cap));
  return caps;
}

async function readCap(
  db: Db,
  { accountId, live, hasBenefits }: PlanNow,
  { cap, unit, scope, limit, startMs, endMs }: Cap,
): Promise<PlanCap> {
  const subject = hasBenefits && live ? live.id : accountId;
  const use = await readWindowUse(db, { accountId, scope, subject, startsAt: new Date(startMs) });
  const format = formats[unit];
  return {
    cap,
    unit,
    limit: format(limit),
    used: format(use.usedCount),
    held: format(use.heldCount),
    resets_at: new Date(endMs).toISOString(),
  };
}

const formats = { credits: formatCredits, usd: formatUsd, requests: String };

function capsOf({ live, hasBenefits, clock, at }: PlanNow, terms: PlanVersion): Cap[] {
  const day = capDay(clock.timeZone, clock.keptDay, at.getTime());
  const caps: Cap[] = [];
  const add = (cap: Omit<Cap, 'limit'>, limit: bigint | null) => {
    if (limit !== null) caps.push({ ...cap, limit });
  };
  if (live && hasBenefits) {
    const period = { startMs: live.periodStart.getTime(), endMs: live.periodEnd.getTime() };
    const week = planWeek(period.startMs, at.getTime());
    const endMs = Math.min(week.endMs, period.endMs);
    add({ cap: 'daily', unit: 'credits', scope: 'daily_cap', ...day }, terms.dailyCapNanos);
    add({ cap: 'weekly', unit: 'credits', scope: 'weekly_cap', ...week, endMs }, terms.weeklyCapNanos);
    add({ cap: 'budget', unit: 'usd', scope: 'plan_budget', ...period }, terms.budgetNanos);
  }
  add({ cap: 'daily_requests', unit: 'requests', scope: 'daily_requests', ...day }, terms.dailyCapRequests);
  return caps;
}
