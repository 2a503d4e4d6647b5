import type { PurchaseKind, SubscriptionKind } from './subscriptions.ts';

export interface PaidPurchase {
  kind: PurchaseKind;
  planId: string;
  /** Of a renewal: what it pays. */
  subscriptionId: string | null;
  periodIndex: number | null;
  /** Less arrived than was asked for. */
  underpaid: boolean;
}

export interface LivePlan {
  id: string;
  planId: string;
  kind: SubscriptionKind;
  periodIndex: number;
  /** The next period is paid ahead. */
  nextIsPaid: boolean;
}

export type Fulfilment =
  | { kind: 'activate' }
  | { kind: 'append' }
  | { kind: 'switch' }
  | { kind: 'renew' }
  /** What cannot buy what it was meant for is the customer's balance: money that arrived is never lost. */
  | { kind: 'wallet'; because: string };

/**
 * What a paid order becomes. Decided when the money is there, by what the account has then: two orders can be paid
 * at once, and a plan can end while its switch is being paid.
 */
export function decideFulfilment(order: PaidPurchase, live: LivePlan | undefined): Fulfilment {
  if (order.underpaid) return wallet('less was paid than the plan costs');
  if (order.kind === 'renewal') return paysTheNextPeriod(order, live);
  if (!live) return { kind: 'activate' };
  const samePlan = live.planId === order.planId;
  if (order.kind === 'pass') {
    if (live.kind === 'renewing') return wallet('a plan that renews is running already');
    return samePlan ? { kind: 'append' } : { kind: 'switch' };
  }
  return samePlan && live.kind === 'renewing' ? wallet('this plan is running already') : { kind: 'switch' };
}

function paysTheNextPeriod(order: PaidPurchase, live: LivePlan | undefined): Fulfilment {
  if (live?.id !== order.subscriptionId) return wallet('the subscription has ended');
  const isNext = order.periodIndex === live.periodIndex + 1;
  return isNext && !live.nextIsPaid ? { kind: 'renew' } : wallet('the period was paid already');
}

function wallet(because: string): Fulfilment {
  return { kind: 'wallet', because };
}
