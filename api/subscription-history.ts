import { formatCredits } from '../billing/credits.ts';
import { formatUsd, NANOS_PER_CENT } from '../billing/money.ts';
import { type Charge, listCharges } from '../db/charges.ts';
import type { Db } from '../db/connection.ts';
import { readPlanNames } from '../db/plan-names.ts';
import { listPeriods, type Period } from '../db/subscription-periods.ts';
import type { SubscriptionPeriod } from './schemas/subscriptions.ts';

/** Periods of all plans that the account has had, newest first, each with the attempts to charge for it. */
export async function subscriptionPeriods(
  db: Db,
  accountId: string,
  limit: number,
): Promise<SubscriptionPeriod[]> {
  const periods = await listPeriods(db, accountId, limit);
  const names = await readPlanNames(
    db,
    periods.map(({ planVersion }) => planVersion),
  );
  const wired: SubscriptionPeriod[] = [];
  for (const period of periods) {
    const charges = await listCharges(db, period.subscriptionId, period.periodIndex);
    wired.push(periodToWire(period, names.get(period.planVersion) ?? period.planId, charges));
  }
  return wired;
}

function periodToWire(period: Period, planName: string, charges: Charge[]): SubscriptionPeriod {
  return {
    subscription_id: period.subscriptionId,
    period_index: period.periodIndex,
    plan_id: period.planId,
    plan_name: planName,
    kind: period.kind,
    status: period.status,
    starts_at: period.startsAt.toISOString(),
    ends_at: period.endsAt.toISOString(),
    price_usd: formatUsd(period.priceNanos),
    reason: period.reason,
    paid_by: period.paidBy,
    paid_ref: period.paidBy === 'order' ? period.paidRef : null,
    paid_at: period.paidAt?.toISOString() ?? null,
    base_credits: formatCredits(period.baseNanos),
    bonus_credits: formatCredits(period.bonusNanos),
    backup_credits: formatCredits(period.backupNanos),
    charges: charges.map(chargeToWire),
  };
}

function chargeToWire(charge: Charge): SubscriptionPeriod['charges'][number] {
  return {
    id: charge.id,
    attempt: charge.attempt,
    status: charge.status,
    decline_code: charge.declineCode,
    amount_usd: formatUsd(charge.amountMinor * NANOS_PER_CENT),
    at: charge.dueAt.toISOString(),
  };
}
