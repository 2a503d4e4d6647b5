import type { ProviderName } from '../billing/orders.ts';

/**
 * Money back to where it came from. The same rules as for payments: an unknown outcome throws `provider_unavailable`,
 * and is asked about with `findRefund`.
 */
export interface Refunds {
  /** Carries an idempotency key from the refund: the same one is sent once. A refusal is an answer. */
  refund(input: RefundInput): Promise<RefundFact>;
  /**
   * What became of a refund whose answer was lost. `undefined`: the provider has none, also after looking for it by
   * its metadata, so that `refund` may be sent.
   */
  findRefund(input: RefundInput): Promise<RefundFact | undefined>;
}

export interface RefundInput {
  refundId: string;
  /** The payment that is paid back, as its fact named it. */
  paymentRef: string;
  currency: string;
  amountMinor: bigint;
  /** For the provider's own records. */
  reason: 'requested_by_customer' | 'duplicate' | 'fraudulent';
  /** When it was first sent: how far back a lost one is looked for. */
  requestedAt: Date;
}

export interface RefundFact {
  provider: ProviderName;
  /** From metadata; never trusted alone. */
  refundId: string | undefined;
  /** The provider's id of the refund (Stripe: re_…); absent where it refused to make one. */
  refundRef: string | undefined;
  /** `failed` can follow `succeeded`, days later: the bank sent the money back. */
  status: RefundFactStatus;
  /** Why not, in the provider's word. */
  failureCode: string | undefined;
  currency: string;
  amountMinor: bigint;
  live: boolean;
}

/**
 * `failed`: the money is ours still. `refused`: so much of the payment is not there any more, because somebody paid it
 * back at the provider or the bank took it.
 */
export type RefundFactStatus = 'pending' | 'succeeded' | 'failed' | 'refused';
