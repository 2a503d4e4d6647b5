import type { SubscriptionView } from '../../api/schemas/subscriptions.ts';
import type { TopUp } from '../../api/schemas/top-ups.ts';
import { isOpen, isSettling } from '../orders.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/**
 * How long until the balance is asked for again. Money on its way is looked for often, but not for the whole hour
 * that an unpaid link stays open.
 */
export function balanceInterval(orders: readonly TopUp[], now: number): number {
  const youngest = Math.min(...orders.filter(isOpen).map((order) => now - Date.parse(order.updated_at)));
  if (youngest < 10 * MINUTE) return 3 * SECOND;
  return youngest === Number.POSITIVE_INFINITY ? MINUTE : 15 * SECOND;
}

const BOUGHT_JUST_NOW = 30 * SECOND;

/** The same for the plan: a payment that was seen becomes a plan within seconds, a charge that is out is answered. */
export function planInterval(
  orders: readonly TopUp[],
  plan: Pick<SubscriptionView, 'payment_due'> | undefined,
  now: number,
): number {
  const charging = ['charge_unknown', 'charge_processing'].includes(plan?.payment_due?.reason ?? '');
  const settled = orders.some(
    ({ kind, updated_at }) => kind !== 'top_up' && now - Date.parse(updated_at) < BOUGHT_JUST_NOW,
  );
  return charging || settled ? 3 * SECOND : balanceInterval(orders, now);
}

/** How long until an order is asked for again; `false` once it can no longer change by itself. */
export function orderInterval(order: Pick<TopUp, 'status'>, watchedMs: number): number | false {
  if (!isOpen(order)) return isSettling(order) && 30 * SECOND;
  if (watchedMs < 30 * SECOND) return 1.5 * SECOND;
  if (watchedMs < 2 * MINUTE) return 3 * SECOND;
  return watchedMs < 10 * MINUTE ? 10 * SECOND : 30 * SECOND;
}
