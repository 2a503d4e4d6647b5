/**
 * `unknown`: nobody knows whether the provider has heard of it. `failed`: it came back, and is the customer's balance.
 * `refused`: so much of the payment is not there any more; a person has to look.
 */
export const refundStatuses = ['unknown', 'pending', 'succeeded', 'failed', 'refused'] as const;
export type RefundStatus = (typeof refundStatuses)[number];
export type DecidedRefundStatus = Exclude<RefundStatus, 'unknown'>;

/** Why an account's workflow still waits for a refund. */
export type RefundReason = 'refund_unknown' | 'refund_pending';

const rank: Record<RefundStatus, number> = { unknown: 0, pending: 1, refused: 2, succeeded: 3, failed: 4 };

/** News arrive twice, late and out of order. A refund that arrived can still come back; one that came back is over. */
export function refundMayBecome(from: RefundStatus, to: DecidedRefundStatus): boolean {
  return rank[to] > rank[from];
}
