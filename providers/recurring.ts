import type { ProviderName } from '../billing/orders.ts';
import type { Checkout } from './payments.ts';

/**
 * Charges without the customer. The same rules as for payments: an unknown outcome throws `provider_unavailable`,
 * and is asked about with `findCharge`, never charged again.
 */
export interface SavedCards {
  /** A page where the customer leaves a card and pays nothing. Same setup, same page. */
  createSetup(input: SetupInput): Promise<Checkout>;
  fetchSetup(checkoutRef: string): Promise<CardSetupFact>;
  /** The card that a paid checkout kept; absent where it kept none. */
  fetchSavedCard(paymentRef: string): Promise<SavedCard | undefined>;
  /** Carries an idempotency key from the charge: the same charge is made once. A refusal of the bank is an answer. */
  charge(input: ChargeInput): Promise<ChargeFact>;
  /**
   * What became of a charge whose answer was lost. `undefined`: the provider has never seen it, also after looking
   * for it by its metadata, so that `charge` may be sent.
   */
  findCharge(input: ChargeInput): Promise<ChargeFact | undefined>;
  /** The provider forgets the card. One that it does not know is forgotten already. */
  forgetCard(methodRef: string): Promise<void>;
}

export interface SetupInput {
  setupId: string;
  accountId: string;
  email: string | undefined;
  customerRef: string | undefined;
  currency: string;
  successUrl: string;
  cancelUrl: string;
}

export interface SavedCard {
  provider: ProviderName;
  customerRef: string;
  methodRef: string;
  brand: string;
  last4: string;
  expiresMonth: number;
  expiresYear: number;
}

export interface CardSetupFact {
  provider: ProviderName;
  checkoutRef: string;
  /** From metadata; never trusted alone. */
  setupId: string | undefined;
  status: 'open' | 'complete' | 'expired';
  live: boolean;
  /** The card that was left. Told by `fetchSetup` only: events do not carry it. */
  card?: SavedCard | undefined;
}

export interface ChargeInput {
  chargeId: string;
  accountId: string;
  customerRef: string;
  methodRef: string;
  currency: string;
  amountMinor: bigint;
  description: string;
  /** When it was first sent: how far back a lost one is looked for. */
  requestedAt: Date;
}

export interface ChargeFact {
  provider: ProviderName;
  /** From metadata; never trusted alone. */
  chargeId: string | undefined;
  /** Absent where the provider refused before there was a payment, e.g. because the card was removed. */
  paymentRef: string | undefined;
  /** `needs_authentication`: the bank wants the customer to be there. `processing`: the bank says later. */
  status: 'succeeded' | 'processing' | 'declined' | 'needs_authentication';
  /** Why not, in the provider's word: insufficient_funds; payment_method_missing where it does not know the card. */
  declineCode: string | undefined;
  currency: string;
  amountMinor: bigint;
  live: boolean;
}

export interface ProviderSubscriptions {
  fetchSubscription(subscriptionRef: string): Promise<ProviderSubscriptionFact>;
  /** Ends it at once, without refund. Certain when it returns; one that has ended already is fine. */
  cancelSubscription(subscriptionRef: string): Promise<void>;
}

export interface ProviderSubscriptionFact {
  provider: ProviderName;
  subscriptionRef: string;
  status: 'active' | 'past_due' | 'ended';
  /** Of the period that was paid last. */
  latestPayment: SubscriptionPaymentFact | undefined;
}

/** A period that a provider's own subscription was paid for. */
export interface SubscriptionPaymentFact {
  provider: ProviderName;
  subscriptionRef: string;
  /** The provider's id of the payment of this period (Stripe: in_…): one payment, one period. */
  paymentRef: string;
  /** The first payment of a subscription is its checkout's, and is told as that too. */
  first: boolean;
  status: 'paid' | 'failed';
  periodStart: Date;
  periodEnd: Date;
  currency: string;
  amountMinor: bigint;
  live: boolean;
}
