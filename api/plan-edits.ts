import { parseCredits } from '../billing/credits.ts';
import { DomainError } from '../billing/errors.ts';
import { NANOS_PER_USD, parseUsd } from '../billing/money.ts';
import { FREE_PLAN_ID } from '../billing/plan-actions.ts';
import type { Db } from '../db/connection.ts';
import {
  addPlanVersion,
  lockPlan,
  type NewPlanTerms,
  type PlanVersion,
  type PlanWithTerms,
  updatePlan,
} from '../db/plans.ts';
import type { Session } from '../http/session.ts';
import { planToWire } from './plan-wire.ts';
import type { ChangePlan } from './schemas/plans.ts';
import { auditUser } from './user-audit.ts';

/** Adds a version of the terms, in one transaction with its audit entry. What runs keeps the version that it names. */
export function editPlan(db: Db, session: Session, planId: string, body: ChangePlan): Promise<PlanWithTerms> {
  return db.transaction(async (trx) => {
    const before = await lockPlan(trx, planId);
    if (!before) throw new DomainError('not_found', 'There is no such plan');
    if (before.current.version.toString() !== body.version)
      throw new DomainError('conflict', 'Somebody has edited this plan since you saw it: load it again', {
        param: 'version',
      });
    const terms = changedTerms(before.current, body);
    const plan = { ...before, name: body.name ?? before.name, enabled: body.enabled ?? before.enabled };
    refuseNonsense(planId, plan.enabled, terms);
    await updatePlan(trx, plan);
    const after = { ...plan, current: await addPlanVersion(trx, planId, terms) };
    await auditUser(trx, session, {
      action: 'plan.edit',
      subjectKind: 'plan',
      subjectId: planId,
      before: planToWire(before, before.current),
      after: planToWire(after, after.current),
      reason: body.reason,
    });
    return after;
  });
}

function changedTerms(current: PlanVersion, body: ChangePlan): NewPlanTerms {
  const priceNanos = body.price_usd === undefined ? current.priceNanos : usd(body.price_usd);
  const baseNanos = body.base_credits === undefined ? current.baseNanos : credits(body.base_credits);
  const { backup_factor: backupFactor, budget_factor: budgetFactor } = body;
  const backupNanos = backupFactor === undefined ? current.backupNanos : times(backupFactor, baseNanos);
  const budgetNanos =
    budgetFactor === undefined
      ? changed(current.budgetNanos, body.budget_usd, usd)
      : times(budgetFactor, priceNanos);
  return {
    priceNanos,
    passPriceNanos: changed(current.passPriceNanos, body.pass_price_usd, usd),
    baseNanos,
    bonusPercent: body.bonus_percent ?? current.bonusPercent,
    backupNanos,
    backupRefill: body.backup_refill ?? current.backupRefill,
    dailyCapNanos: changed(current.dailyCapNanos, body.daily_cap_credits, credits),
    dailyCapRequests: changed(current.dailyCapRequests, body.daily_cap_requests, BigInt),
    weeklyCapNanos: changed(current.weeklyCapNanos, body.weekly_cap_credits, credits),
    budgetNanos,
    requestsPerMinute: changed(current.requestsPerMinute, body.requests_per_minute, Number),
    tokensPerMinute: changed(current.tokensPerMinute, body.tokens_per_minute, BigInt),
    modelAccess: body.model_access ?? current.modelAccess,
  };
}

/** What is absent stays; null is none. */
function changed<T, W>(current: T | null, wire: W | null | undefined, read: (wire: W) => T): T | null {
  if (wire === undefined) return current;
  return wire === null ? null : read(wire);
}

function refuseNonsense(planId: string, enabled: boolean, terms: NewPlanTerms): void {
  const { priceNanos, passPriceNanos, baseNanos, backupNanos } = terms;
  const refuse = (param: string, message: string) => new DomainError('invalid_request', message, { param });
  if (planId !== FREE_PLAN_ID) {
    if (priceNanos === 0n) throw refuse('price_usd', 'A plan that is bought needs a price above zero');
    if (passPriceNanos === 0n)
      throw refuse('pass_price_usd', 'Use a price above zero, or null: not sold as a pass');
    return;
  }
  if (!enabled) throw refuse('enabled', 'Free is what one has without a plan: it cannot be withdrawn');
  if (priceNanos > 0n) throw refuse('price_usd', 'Free has no price');
  if (passPriceNanos !== null) throw refuse('pass_price_usd', 'Free is not sold as a pass');
  if (baseNanos > 0n) throw refuse('base_credits', 'Free has no period in which credits could be granted');
  if (backupNanos > 0n) throw refuse('backup_factor', 'Free has no period in which credits could be granted');
}

function usd(text: string): bigint {
  return checked(parseUsd(text));
}

function credits(text: string): bigint {
  return checked(parseCredits(text));
}

/** Rounded down to the nano. */
function times(factor: string, nanos: bigint): bigint {
  return (nanos * checked(parseUsd(factor))) / NANOS_PER_USD;
}

function checked(value: bigint | undefined): bigint {
  if (value === undefined) throw new RangeError('The schema lets only amounts through');
  return value;
}
