export type ProviderName = 'stripe' | 'creem' | 'nowpayments' | 'epay' | 'waffo';

export type OrderKind = 'top_up' | 'plan' | 'pass' | 'switch' | 'renewal';

export const orderStatuses = [
  'created',
  'link_issued',
  'paid',
  'credited',
  'refund_pending',
  'refunded',
  'partly_refunded',
  'disputed',
  'won',
  'lost',
  'expired',
  'cancelled',
  'failed',
  'needs_review',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

/** Why a person has to look at an order. */
export const attentionReasons = [
  'currency_mismatch',
  'checkout_mismatch',
  'live_mode_mismatch',
  'second_payment',
  'provider_unreachable',
  'still_processing',
  'nothing_paid',
] as const;
export type AttentionReason = (typeof attentionReasons)[number];

/**
 * What an amount is worth that is not exactly the asked one: in proportion, rounded down. So an underpaid order
 * gives what arrived and an overpaid one its full value, at the rate fixed on the order.
 */
export function worthOf(paidMinor: bigint, order: { payMinor: bigint; creditNanos: bigint }): bigint {
  return (order.creditNanos * paidMinor) / order.payMinor;
}
