import { formatCredits } from '../billing/credits.ts';
import { formatUsd } from '../billing/money.ts';
import { FREE_PLAN_ID } from '../billing/plan-actions.ts';
import { dunningRules } from '../billing/subscriptions.ts';
import { listPoolBalances } from '../db/balances.ts';
import type { Db } from '../db/connection.ts';
import { currentPlanVersion, findPlan, findPlanVersion } from '../db/plans.ts';
import { readPoolUse } from '../db/pool-use.ts';
import { readSnapshot } from '../db/snapshot.ts';
import { readSituation, type Situation } from '../db/subscription-facts.ts';
import { listPaidAhead } from '../db/subscription-periods.ts';
import type { Subscription } from '../db/subscriptions.ts';
import type { ApiDeps } from './deps.ts';
import { goesOn, nextRenewal } from './next-renewal.ts';
import { paymentDue } from './payment-due.ts';
import { readCaps } from './plan-caps.ts';
import { type PlanNow, readPlanNow } from './plan-now.ts';
import { planToWire } from './plan-wire.ts';
import type { SubscriptionView } from './schemas/subscriptions.ts';

type Deps = Pick<ApiDeps, 'db' | 'config'>;

/** The account's plan as its page shows it: what it gives, what is left, what comes next. */
export function subscriptionView({ db, config }: Deps, accountId: string): Promise<SubscriptionView> {
  return readSnapshot(db, (trx) => viewAt({ db: trx, config }, accountId));
}

async function viewAt(deps: Deps, accountId: string): Promise<SubscriptionView> {
  const { db } = deps;
  const now = await readPlanNow(db, accountId);
  const { live, clock, at } = now;
  const terms = live
    ? await findPlanVersion(db, live.planVersion)
    : await currentPlanVersion(db, FREE_PLAN_ID, at);
  const inForce = live && !now.hasBenefits ? await currentPlanVersion(db, FREE_PLAN_ID, at) : terms;
  return {
    plan: planToWire(await planOf(db, terms.planId), terms),
    caps: await readCaps(db, now, inForce),
    ...(live ? await liveView(deps, now, live) : withoutPlan),
    sandbox: clock.sandbox ? { now: at.toISOString() } : null,
  };
}

type LiveView = Omit<SubscriptionView, 'plan' | 'caps' | 'sandbox'>;

const withoutPlan: LiveView = {
  subscription: null,
  pools: [],
  next_renewal: null,
  scheduled_switch: null,
  payment_due: null,
  paid_ahead: [],
};

async function liveView({ db, config }: Deps, now: PlanNow, live: Subscription): Promise<LiveView> {
  const situation = await readSituation(db, live, now.at);
  const nextPlan = await planOf(db, situation.nextTerms.planId);
  const paidAhead = await listPaidAhead(db, live.id);
  return {
    subscription: subscriptionToWire(situation, now.hasBenefits),
    pools: await poolsOf(db, now, live),
    next_renewal: nextRenewal(situation, nextPlan.name),
    scheduled_switch:
      live.nextPlanId === null
        ? null
        : {
            plan_id: live.nextPlanId,
            plan_name: (await planOf(db, live.nextPlanId)).name,
            at: live.periodEnd.toISOString(),
          },
    payment_due: paymentDue(situation, dunningRules(config)),
    paid_ahead: paidAhead.map(({ periodIndex, startsAt, endsAt }) => ({
      period_index: periodIndex,
      starts_at: startsAt.toISOString(),
      ends_at: endsAt.toISOString(),
    })),
  };
}

function subscriptionToWire(
  situation: Situation,
  hasBenefits: boolean,
): NonNullable<SubscriptionView['subscription']> {
  const { subscription } = situation;
  const { id, kind, status, priceNanos, periodIndex, periodStart, periodEnd, cancelledAt } = subscription;
  return {
    id,
    kind,
    status: status === 'past_due' ? 'past_due' : 'active',
    has_benefits: hasBenefits,
    paid_usd: formatUsd(priceNanos),
    period_index: periodIndex,
    period_start: periodStart.toISOString(),
    period_end: periodEnd.toISOString(),
    ends_at: goesOn(situation) ? null : periodEnd.toISOString(),
    cancelled_at: cancelledAt?.toISOString() ?? null,
  };
}

/** A plan that gives nothing any more has nothing left either, whatever is in its pools. */
async function poolsOf(db: Db, { hasBenefits }: PlanNow, live: Subscription): Promise<LiveView['pools']> {
  const use = await readPoolUse(db, live);
  const balances = await listPoolBalances(db, live.accountId);
  return (['main', 'backup'] as const).map((pool) => {
    const { postedNanos = 0n, heldNanos = 0n } = balances.find((one) => one.pool === pool) ?? {};
    return {
      pool,
      granted_credits: formatCredits(use[pool].grantedNanos),
      left_credits: formatCredits(hasBenefits ? postedNanos - heldNanos : 0n),
      held_credits: formatCredits(heldNanos),
    };
  });
}

export async function planOf(db: Db, planId: string) {
  const plan = await findPlan(db, planId);
  if (!plan) throw new Error(`There is no plan ${planId}`);
  return plan;
}
