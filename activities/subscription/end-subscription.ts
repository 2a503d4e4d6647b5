import { type EndReason, laterOf } from '../../billing/subscriptions.ts';
import { closePlanPool, lockPools } from '../../db/plan-pools.ts';
import { closePeriod } from '../../db/subscription-periods.ts';
import { changeSubscription, type Subscription } from '../../db/subscriptions.ts';
import type { Turn } from './turn.ts';

/** The account is Free from now on: what is left in the plan's pools expires, a period that was due never begins. */
export async function endSubscription(
  turn: Turn,
  subscription: Subscription,
  because: EndReason,
): Promise<void> {
  const { trx, accountId } = turn;
  await lockPools(trx, accountId);
  const pools = { main: subscription.mainPoolId, backup: subscription.backupPoolId };
  for (const [pool, poolId] of Object.entries(pools))
    if (poolId !== null)
      await closePlanPool(trx, {
        accountId,
        poolId,
        key: `expire:${subscription.id}:${subscription.periodIndex}:${pool}`,
        reference: subscription.id,
      });
  const next = { subscriptionId: subscription.id, periodIndex: subscription.periodIndex + 1 };
  await closePeriod(trx, next, 'unpaid', because);
  await changeSubscription(trx, subscription.id, {
    status: 'ended',
    endsAt: laterOf(turn.at, subscription.periodStart),
    endedBecause: because,
    wakeAt: null,
    nextPlanId: null,
  });
}
