import type { AttentionReason, OrderStatus } from './orders.ts';

/**
 * News about an order arrives twice, late and out of order. A status only gives way to one of a higher rank, so
 * that every order of arrival ends in the same place: an `expired` that comes after `credited` changes nothing.
 * `paid` (the customer is done, the money is on its way) outranks a closed order, because delayed money reopens it.
 */
const rank: Record<Exclude<OrderStatus, 'needs_review'>, number> = {
  created: 0,
  link_issued: 1,
  expired: 2,
  // Above `expired`, because a cancelled page makes the provider report that it expired.
  cancelled: 3,
  paid: 4,
  failed: 5,
  credited: 6,
  refund_pending: 7,
  partly_refunded: 8,
  refunded: 9,
  disputed: 10,
  won: 11,
  lost: 11,
};

/** Whether news may move an order from one status to another. */
export function mayBecome(
  from: OrderStatus,
  to: OrderStatus,
  attentionReason: AttentionReason | null = null,
): boolean {
  if (to === 'needs_review') return true;
  if (from === 'needs_review') return rank[to] >= rank[lowestAfterReview(attentionReason)];
  return rank[to] > rank[from];
}

/** A review because nobody answered ends with any answer; one about money ends with money or with a person. */
function lowestAfterReview(reason: AttentionReason | null): 'expired' | 'credited' {
  return waitsForAnAnswer(reason) ? 'expired' : 'credited';
}

/** The order is in review only because the provider has not told us the end of it. */
export function waitsForAnAnswer(reason: AttentionReason | null): boolean {
  return reason === 'provider_unreachable' || reason === 'still_processing';
}
