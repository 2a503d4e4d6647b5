import { formatCredits } from '../billing/credits.ts';
import { DomainError } from '../billing/errors.ts';
import { formatUsd } from '../billing/money.ts';
import { isDowngrade } from '../billing/plan-actions.ts';
import type { SubscriptionKind } from '../billing/subscriptions.ts';
import { type PoolUse, type SwitchQuote, switchQuote } from '../billing/switch-quote.ts';
import type { Db } from '../db/connection.ts';
import { readPoolUse } from '../db/pool-use.ts';
import { findPeriod, listPaidAhead } from '../db/subscription-periods.ts';
import type { Subscription } from '../db/subscriptions.ts';
import { type PlanNow, readPlanNow } from './plan-now.ts';
import { type Offer, offerOf } from './plan-purchase.ts';
import type { SwitchQuoteView } from './schemas/plan-orders.ts';
import { planOf } from './subscription-view.ts';

/** A switch as it would be at this moment. */
export interface QuotedSwitch {
  now: PlanNow;
  live: Subscription;
  buys: SubscriptionKind;
  offer: Offer;
  use: { main: PoolUse; backup: PoolUse };
  quote: SwitchQuote;
}

export async function quoteSwitch(
  db: Db,
  accountId: string,
  target: { planId: string; as: 'plan' | 'pass' },
): Promise<QuotedSwitch> {
  const now = await readPlanNow(db, accountId);
  const buys = target.as === 'pass' ? 'pass' : 'renewing';
  const offer = await offerOf(db, target.planId, buys, now.at);
  const { live } = now;
  if (!live) throw new DomainError('no_live_plan', 'This account has no plan to switch from. Buy one.');
  refuseTarget(live, offer, buys);
  const use = await readPoolUse(db, live);
  const quote = switchQuote({
    oldPriceNanos: live.priceNanos,
    newPriceNanos: offer.priceNanos,
    elapsedMs: Math.max(0, now.at.getTime() - live.periodStart.getTime()),
    ...use,
  });
  return { now, live, buys, offer, use, quote };
}

function refuseTarget(live: Subscription, { plan }: Offer, buys: SubscriptionKind): void {
  if (buys === 'pass' && live.kind === 'renewing')
    throw new DomainError(
      'pass_not_possible',
      'A plan that renews cannot become a pass. Cancel it; when it has ended, a pass can be bought.',
    );
  if (live.planId !== plan.id || live.kind !== buys) return;
  throw new DomainError(
    'plan_already_running',
    buys === 'pass'
      ? 'This pass is running already. Buy it again, and thirty days are appended.'
      : 'This is the plan that is running',
    { param: 'plan_id' },
  );
}

export async function quoteView(db: Db, quoted: QuotedSwitch): Promise<SwitchQuoteView> {
  const { live, buys, offer, quote, now } = quoted;
  const from = await planOf(db, live.planId);
  const downgrade = isDowngrade(offer.priceNanos, live);
  const canWait = await canBeScheduled(db, quoted);
  return {
    from: {
      plan_id: from.id,
      plan_name: from.name,
      kind: live.kind,
      paid_usd: formatUsd(live.priceNanos),
    },
    to: {
      plan_id: offer.plan.id,
      plan_name: offer.plan.name,
      kind: buys,
      price_usd: formatUsd(offer.priceNanos),
    },
    ...termsToWire(quote),
    ...(await poolsToWire(db, quoted)),
    is_downgrade: downgrade,
    recommended: downgrade && canWait ? 'period_end' : 'now',
    period_end_possible: canWait,
    period_end: live.periodEnd.toISOString(),
    at: now.at.toISOString(),
  };
}

/** Not where the next period is fixed already, and not where the provider decides what it charges. */
async function canBeScheduled(db: Db, { live, buys }: QuotedSwitch): Promise<boolean> {
  if (buys === 'pass' || live.cancelledAt !== null || live.renewal === 'provider_run') return false;
  const next = await findPeriod(db, live.id, live.periodIndex + 1);
  return next?.status !== 'due' && next?.status !== 'paid';
}

function termsToWire(quote: SwitchQuote) {
  return {
    elapsed_basis_points: quote.elapsedBasisPoints,
    used_basis_points: quote.usedBasisPoints,
    floor_basis_points: quote.floorBasisPoints,
    consumed_basis_points: quote.consumedBasisPoints,
    decided_by: quote.decidedBy,
    uncapped_credit_usd: formatUsd(quote.uncappedCreditNanos),
    capped: quote.capped,
    credit_usd: formatUsd(quote.creditNanos),
    zero_because: quote.zeroBecause ?? null,
  };
}

async function poolsToWire(db: Db, { live, use }: QuotedSwitch) {
  const ahead = await listPaidAhead(db, live.id);
  return {
    main: shareToWire(use.main),
    backup: shareToWire(use.backup),
    lost_main_credits: leftOf(use.main),
    lost_backup_credits: leftOf(use.backup),
    paid_ahead_credit_usd: formatUsd(ahead.reduce((sum, { priceNanos }) => sum + priceNanos, 0n)),
  };
}

function shareToWire({ grantedNanos, spentNanos }: PoolUse) {
  return { granted_credits: formatCredits(grantedNanos), spent_credits: formatCredits(spentNanos) };
}

function leftOf({ grantedNanos, spentNanos }: PoolUse): string {
  return formatCredits(grantedNanos - spentNanos);
}
