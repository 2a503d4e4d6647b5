import { type AccountClock, readClock } from '../db/account-clock.ts';
import type { Db } from '../db/connection.ts';
import { findLiveSubscription, type Subscription } from '../db/subscriptions.ts';

/** An account's plan at this moment of its own time. */
export interface PlanNow {
  accountId: string;
  clock: AccountClock;
  /** The account's time. */
  at: Date;
  /** `undefined`: Free. One whose time is over is gone, whether or not anybody has written that down yet. */
  live: Subscription | undefined;
  /** Whether the plan gives anything. Not when it has been unpaid for longer than the grace. */
  hasBenefits: boolean;
}

export async function readPlanNow(db: Db, accountId: string): Promise<PlanNow> {
  const clock = await readClock(db, accountId);
  const at = new Date(Date.now() + clock.offsetMs);
  const stored = await findLiveSubscription(db, accountId);
  const isOut = stored?.endsAt != null && at >= stored.endsAt;
  const live = isOut && isLastPeriod(stored) ? undefined : stored;
  return { accountId, clock, at, live, hasBenefits: live !== undefined && !isOut };
}

function isLastPeriod({ cancelledAt, kind, nextPlanId }: Subscription): boolean {
  return cancelledAt !== null || (kind === 'pass' && nextPlanId === null);
}
