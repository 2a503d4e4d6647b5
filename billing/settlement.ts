import { mayBecome } from './order-status.ts';
import { type AttentionReason, type OrderStatus, worthOf } from './orders.ts';

/** What settling needs to know of the stored order. */
export interface SettlementOrder {
  id: string;
  number: string;
  provider: string;
  status: OrderStatus;
  attentionReason: AttentionReason | null;
  creditNanos: bigint;
  creditedNanos: bigint;
  /** Set once the money was seen, whether or not it has bought anything yet. */
  paidMinor: bigint | null;
  payCurrency: string;
  payMinor: bigint;
  checkoutRef: string | null;
  paymentRef: string | null;
}

/** What a provider says about one checkout; providers/payments.ts explains the fields. */
export interface SettlementFact {
  provider: string;
  checkoutRef: string;
  paymentRef: string | undefined;
  orderId: string | undefined;
  orderNumber: string | undefined;
  status: 'open' | 'processing' | 'paid' | 'failed' | 'expired';
  currency: string;
  amountMinor: bigint;
  live: boolean;
}

export interface SettlementContext {
  /** Whether this deployment's key takes real money. A test payment never credits a live order, nor the reverse. */
  live: boolean;
  /** Another order was already credited for the same payment. */
  paymentUsedElsewhere: boolean;
}

export type Settlement =
  | { kind: 'nothing'; because: 'still_open' | 'already_credited' | 'already_known' | 'not_this_order' }
  | { kind: 'processing' }
  | { kind: 'close'; status: 'expired' | 'failed' }
  | { kind: 'review'; reason: AttentionReason }
  | { kind: 'credit'; amountNanos: bigint; paid: 'exact' | 'less' | 'more'; late: boolean };

/**
 * Decides what a provider's statement means for an order. Every caller (webhook, poll, return page, support)
 * goes through here, so that it does not matter who is first.
 */
export function decideSettlement(
  order: SettlementOrder,
  fact: SettlementFact,
  context: SettlementContext,
): Settlement {
  if (!isAbout(order, fact))
    return movesMoney(fact) ? review(order, 'checkout_mismatch') : nothing('not_this_order');
  switch (fact.status) {
    case 'open':
      return nothing('still_open');
    case 'processing':
      return isNewsThatMoneyIsComing(order) ? { kind: 'processing' } : nothing('already_known');
    case 'expired':
    case 'failed':
      return close(order, fact.status);
    case 'paid':
      return decidePaid(order, fact, context);
  }
}

/** The stored checkout decides; what the provider was told about the order must not contradict it. */
function isAbout(order: SettlementOrder, fact: SettlementFact): boolean {
  return (
    fact.provider === order.provider &&
    (order.checkoutRef === null || fact.checkoutRef === order.checkoutRef) &&
    (fact.orderId === undefined || fact.orderId === order.id) &&
    (fact.orderNumber === undefined || fact.orderNumber === order.number)
  );
}

function movesMoney(fact: SettlementFact): boolean {
  return fact.status === 'paid' || fact.status === 'processing';
}

function isNewsThatMoneyIsComing({ status, attentionReason }: SettlementOrder): boolean {
  // A review because the money is on its way for too long is not ended by hearing that it is on its way.
  return attentionReason !== 'still_processing' && mayBecome(status, 'paid', attentionReason);
}

function close(order: SettlementOrder, status: 'expired' | 'failed'): Settlement {
  return order.paidMinor === null && mayBecome(order.status, status, order.attentionReason)
    ? { kind: 'close', status }
    : nothing('already_known');
}

function decidePaid(order: SettlementOrder, fact: SettlementFact, context: SettlementContext): Settlement {
  if (order.creditedNanos > 0n || order.paidMinor !== null) {
    return isSamePayment(order, fact) ? nothing('already_credited') : review(order, 'second_payment');
  }
  if (fact.live !== context.live) return review(order, 'live_mode_mismatch');
  if (context.paymentUsedElsewhere) return review(order, 'checkout_mismatch');
  if (fact.currency !== order.payCurrency) return review(order, 'currency_mismatch');
  const amountNanos = worthOf(fact.amountMinor, order);
  if (amountNanos <= 0n) return review(order, 'nothing_paid');
  return {
    kind: 'credit',
    amountNanos,
    paid: compare(fact.amountMinor, order.payMinor),
    late: isClosed(order.status),
  };
}

function isSamePayment(order: SettlementOrder, fact: SettlementFact): boolean {
  return order.paymentRef === null || fact.paymentRef === undefined || order.paymentRef === fact.paymentRef;
}

function isClosed(status: OrderStatus): boolean {
  return status === 'expired' || status === 'cancelled' || status === 'failed';
}

function compare(paidMinor: bigint, askedMinor: bigint): 'exact' | 'less' | 'more' {
  if (paidMinor === askedMinor) return 'exact';
  return paidMinor < askedMinor ? 'less' : 'more';
}

/** The same trouble told again is no news. */
function review(order: SettlementOrder, reason: AttentionReason): Settlement {
  const known = order.status === 'needs_review' && order.attentionReason === reason;
  return known ? nothing('already_known') : { kind: 'review', reason };
}

function nothing(because: Extract<Settlement, { kind: 'nothing' }>['because']): Settlement {
  return { kind: 'nothing', because };
}
