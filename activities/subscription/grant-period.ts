import { bonusOf } from '../../billing/plans.ts';
import { benefitsEnd } from '../../billing/subscriptions.ts';
import type { Transaction } from '../../db/connection.ts';
import { postTransfer, systemAccounts } from '../../db/ledger.ts';
import { closePlanPool, lockPools, openPlanPool, readPlanPool, setPoolExpiry } from '../../db/plan-pools.ts';
import type { PlanVersion } from '../../db/plans.ts';
import { listPaidAhead, markGranted, type Period } from '../../db/subscription-periods.ts';
import { changeSubscription, type Subscription } from '../../db/subscriptions.ts';
import { firstSpan, nextSpan } from './period-span.ts';
import type { Turn } from './turn.ts';

interface Granting {
  subscription: Subscription;
  period: Period;
  terms: PlanVersion;
  /** Until when the pools may be spent at most. */
  fence: Date;
}

/**
 * A paid period begins: what is left of the last one expires, base and bonus are granted, the backup is topped up.
 * All of it in the transaction of the turn, and each transfer under a key of its own.
 */
export async function beginPeriod(
  turn: Turn,
  subscription: Subscription,
  period: Period,
  terms: PlanVersion,
): Promise<void> {
  const { trx, accountId } = turn;
  const span =
    period.periodIndex === 0 ? firstSpan(turn, period.kind) : nextSpan(turn, subscription, period.kind);
  const fence = await fenceOf(turn, subscription, period, span.endsAt);
  const granting: Granting = { subscription, period, terms, fence };
  await lockPools(trx, accountId);
  const mainPoolId = await refillMain(trx, granting);
  const { backupPoolId, backupNanos } = await refillBackup(trx, granting);
  const { periodIndex } = period;
  await markGranted(trx, {
    subscriptionId: subscription.id,
    periodIndex,
    startsAt: span.startsAt,
    endsAt: span.endsAt,
    mainPoolId,
    baseNanos: terms.baseNanos,
    bonusNanos: bonusOf(terms),
    backupNanos,
  });
  await changeSubscription(trx, subscription.id, {
    status: 'active',
    kind: period.kind,
    planVersion: terms.version,
    periodIndex,
    periodStart: span.startsAt,
    periodEnd: span.endsAt,
    anchorAt: span.anchorAt,
    anchorIndex: span.anchorIndex,
    endsAt: fence,
    priceNanos: period.priceNanos,
    mainPoolId,
    backupPoolId,
    ...(period.kind === 'renewing' && { nextPlanId: null }),
  });
}

/** Until when the pools can be spent although nobody has looked: a scheduler that is late must not cut anybody off. */
async function fenceOf(
  { trx, deps }: Turn,
  { cancelledAt, nextPlanId }: Subscription,
  { kind, subscriptionId }: Period,
  endsAt: Date,
): Promise<Date> {
  const renews = cancelledAt === null && (kind === 'renewing' || nextPlanId !== null);
  const goesOn = renews || (await listPaidAhead(trx, subscriptionId)).length > 1;
  return goesOn ? benefitsEnd(endsAt, deps.dunning) : endsAt;
}

async function refillMain(trx: Transaction, granting: Granting): Promise<bigint> {
  const { subscription, period, terms, fence } = granting;
  const { accountId, mainPoolId } = subscription;
  if (mainPoolId !== null)
    await closePlanPool(trx, {
      accountId,
      poolId: mainPoolId,
      key: `expire:${subscription.id}:${subscription.periodIndex}:main`,
      reference: subscription.id,
    });
  const poolId = await openPlanPool(trx, accountId, 'main', fence);
  const key = grantKey(period);
  await grant(trx, granting, {
    poolId,
    key: `${key}:base`,
    from: systemAccounts.planGrants,
    amountNanos: terms.baseNanos,
  });
  await grant(trx, granting, {
    poolId,
    key: `${key}:bonus`,
    from: systemAccounts.bonusGrants,
    amountNanos: bonusOf(terms),
  });
  return poolId;
}

/** The backup lives as long as the plan. Another plan has another backup. */
async function refillBackup(
  trx: Transaction,
  granting: Granting,
): Promise<{ backupPoolId: bigint; backupNanos: bigint }> {
  const { subscription, period, terms, fence } = granting;
  const { accountId, backupPoolId: oldPoolId } = subscription;
  const stays = oldPoolId !== null && terms.planId === subscription.planId;
  if (oldPoolId !== null && !stays)
    await closePlanPool(trx, {
      accountId,
      poolId: oldPoolId,
      key: `expire:${subscription.id}:${subscription.periodIndex}:backup`,
      reference: subscription.id,
    });
  const poolId = stays ? oldPoolId : await openPlanPool(trx, accountId, 'backup', fence);
  if (stays) await setPoolExpiry(trx, poolId, fence);
  const { postedNanos } = await readPlanPool(trx, poolId);
  const refilled = !stays || terms.backupRefill === 'every_period';
  const missing = refilled && terms.backupNanos > postedNanos ? terms.backupNanos - postedNanos : 0n;
  await grant(trx, granting, {
    poolId,
    key: `${grantKey(period)}:backup`,
    from: systemAccounts.planGrants,
    amountNanos: missing,
  });
  return { backupPoolId: poolId, backupNanos: missing };
}

function grantKey({ subscriptionId, periodIndex }: Period): string {
  return `grant:${subscriptionId}:${periodIndex}`;
}

async function grant(
  trx: Transaction,
  { subscription }: Granting,
  to: { poolId: bigint; key: string; from: bigint; amountNanos: bigint },
): Promise<void> {
  if (to.amountNanos === 0n) return;
  await postTransfer(trx, {
    key: to.key,
    kind: 'grant',
    reference: subscription.id,
    accountId: subscription.accountId,
    debitId: to.from,
    creditId: to.poolId,
    amountNanos: to.amountNanos,
  });
}
