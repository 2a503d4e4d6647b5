import { v7 as uuidv7 } from 'uuid';
import type { Renewal, SubscriptionKind } from '../../billing/subscriptions.ts';
import type { Db } from '../../db/connection.ts';
import { openPlanPool } from '../../db/plan-pools.ts';
import { currentPlanVersion } from '../../db/plans.ts';
import { markGranted, markPaid, openPeriod } from '../../db/subscription-periods.ts';
import { changeSubscription, insertSubscription } from '../../db/subscriptions.ts';
import { fund } from './customers.ts';

const DAY_MS = 24 * 3_600_000;

export interface GivenPlan {
  planId: string;
  kind?: SubscriptionKind;
  renewal?: Renewal;
  /** How long ago the period began. */
  daysAgo?: number;
  /** Of the period. */
  days?: number;
  cancelled?: boolean;
  nextPlanId?: string | null;
}

/** A plan that runs, as a purchase leaves it, without anybody at work on it. Returns the subscription's id. */
export async function givePlan(db: Db, accountId: string, given: GivenPlan): Promise<string> {
  const { planId, kind = 'renewing', renewal = 'pull', daysAgo = 0, days = 30 } = given;
  const id = uuidv7();
  const startsAt = new Date(Date.now() - daysAgo * DAY_MS);
  const endsAt = new Date(startsAt.getTime() + days * DAY_MS);
  const terms = await currentPlanVersion(db, planId, new Date());
  const { version: planVersion, priceNanos, baseNanos, backupNanos } = terms;
  const bonusNanos = (baseNanos * BigInt(terms.bonusPercent)) / 100n;
  const isLast = kind === 'pass' || given.cancelled === true;
  const fence = isLast ? endsAt : new Date(endsAt.getTime() + 3 * DAY_MS);
  const pools = await db.transaction(async (trx) => ({
    main: await openPlanPool(trx, accountId, 'main', fence),
    backup: await openPlanPool(trx, accountId, 'backup', fence),
  }));
  await fund(db, accountId, pools.main, baseNanos + bonusNanos);
  if (backupNanos > 0n) await fund(db, accountId, pools.backup, backupNanos);
  await db.transaction(async (trx) => {
    await insertSubscription(trx, {
      id,
      accountId,
      planVersion,
      kind,
      timeZone: 'UTC',
      anchorAt: startsAt,
      periodStart: startsAt,
      periodEnd: endsAt,
      endsAt: fence,
      priceNanos,
      renewal,
      provider: 'stripe',
      providerSubscriptionRef: renewal === 'provider_run' ? `sub_${id}` : null,
      paymentMethodId: null,
      mainPoolId: pools.main,
      backupPoolId: pools.backup,
    });
    const period = { subscriptionId: id, periodIndex: 0 };
    await openPeriod(trx, { ...period, accountId, planVersion, kind, startsAt, endsAt, priceNanos }, null);
    await markPaid(trx, { ...period, paidBy: 'by_hand', paidRef: id, paidAt: startsAt });
    await markGranted(trx, {
      ...period,
      startsAt,
      endsAt,
      mainPoolId: pools.main,
      baseNanos,
      bonusNanos,
      backupNanos,
    });
    await changeSubscription(trx, id, {
      cancelledAt: given.cancelled ? new Date() : null,
      nextPlanId: given.nextPlanId ?? null,
      wakeAt: endsAt,
    });
  });
  return id;
}

/** The next period, due and not paid. */
export async function oweNextPeriod(db: Db, accountId: string, subscriptionId: string): Promise<void> {
  const { rows } = await db.raw(
    'select plan_version as "planVersion", period_end as "startsAt", price_nanos as "priceNanos" from subscriptions where id = ?',
    [subscriptionId],
  );
  const { planVersion, startsAt, priceNanos } = rows[0];
  const endsAt = new Date(startsAt.getTime() + 30 * DAY_MS);
  await db.transaction((trx) =>
    openPeriod(
      trx,
      {
        subscriptionId,
        periodIndex: 1,
        accountId,
        planVersion,
        kind: 'renewing',
        startsAt,
        endsAt,
        priceNanos,
      },
      'awaiting_payment',
    ),
  );
}
