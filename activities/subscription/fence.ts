import { setPoolExpiry } from '../../db/plan-pools.ts';
import { changeSubscription, type Subscription } from '../../db/subscriptions.ts';
import type { Turn } from './turn.ts';

/** From then on the plan gives nothing, and its pools cannot be spent, whether or not anybody has looked. */
export async function moveFence({ trx }: Turn, live: Subscription, endsAt: Date): Promise<void> {
  for (const poolId of [live.mainPoolId, live.backupPoolId])
    if (poolId !== null) await setPoolExpiry(trx, poolId, endsAt);
  await changeSubscription(trx, live.id, { endsAt });
}
