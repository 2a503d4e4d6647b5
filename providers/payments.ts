import type { ProviderName } from '../billing/orders.ts';
import type {
  CardSetupFact,
  ChargeFact,
  ProviderSubscriptions,
  SavedCards,
  SubscriptionPaymentFact,
} from './recurring.ts';
import type { RefundFact, Refunds } from './refunds.ts';

/**
 * What every payment provider offers to the rest of Tollgate. Amounts are integers in the minor unit of the
 * currency; currencies are upper-case ISO 4217. A method that cannot know the outcome throws
 * `DomainError('provider_unavailable')`: the caller asks again, it never assumes.
 */
export interface PaymentProvider {
  readonly name: ProviderName;
  /** Whether the key takes real money; a fact of the other kind is never credited. */
  readonly live: boolean;
  /** Makes the page where the customer pays. Same order, same link: it carries an idempotency key from the order. */
  createCheckout(input: CheckoutInput): Promise<Checkout>;
  /** Asks the provider what is true now. */
  fetchPayment(checkoutRef: string): Promise<PaymentFact>;
  /** Closes the page so that nobody can pay on it any more; answers what is true afterwards (it may be `paid`). */
  closeCheckout(checkoutRef: string): Promise<PaymentFact>;
  /** What a stored event of this provider says; it was verified when it arrived. */
  readEvent(payload: unknown): ProviderFact | undefined;
  /** Charges a card that the customer left here. Absent: the provider cannot pull (crypto, most wallets). */
  readonly savedCards?: SavedCards;
  /** Subscriptions that the provider itself charges. Absent: it runs none. */
  readonly subscriptions?: ProviderSubscriptions;
  /** Pays back by its API. Absent: a person has to do it there. */
  readonly refunds?: Refunds;
}

/** The providers that this deployment has keys for. */
export type PaymentProviders = ReadonlyMap<ProviderName, PaymentProvider>;

export interface CheckoutInput {
  orderId: string;
  orderNumber: string;
  email: string | undefined;
  description: string;
  currency: string;
  amountMinor: bigint;
  expiresAt: Date;
  successUrl: string;
  cancelUrl: string;
  /** The card stays with the provider for later charges. Only where the provider has `savedCards`. */
  saveCard?: boolean;
  /** The payment begins a subscription that the provider charges each month. Only where it has `subscriptions`. */
  monthly?: boolean;
  /** The provider's customer, where the account has one: its cards are kept together. */
  customerRef?: string | undefined;
}

export interface Checkout {
  /** The provider's id of the checkout (Stripe: cs_…). */
  checkoutRef: string;
  url: string;
}

/** What a provider says about one checkout, whether by webhook or by answer. */
export interface PaymentFact {
  provider: ProviderName;
  checkoutRef: string;
  /** The provider's id of the money movement (Stripe: pi_…); absent while nothing was paid. */
  paymentRef: string | undefined;
  /** The order that the provider was told, from metadata; never trusted alone. */
  orderId: string | undefined;
  orderNumber: string | undefined;
  status: PaymentStatus;
  currency: string;
  amountMinor: bigint;
  live: boolean;
  /** The provider's subscription that the payment began, where the checkout was `monthly`. */
  subscriptionRef?: string | undefined;
}

/** Everything that a provider can tell on its own. */
export type ProviderFact =
  | { kind: 'payment'; payment: PaymentFact }
  | { kind: 'charge'; charge: ChargeFact }
  | { kind: 'card_setup'; setup: CardSetupFact }
  | { kind: 'subscription_payment'; payment: SubscriptionPaymentFact }
  | { kind: 'subscription_ended'; provider: ProviderName; subscriptionRef: string }
  | { kind: 'refund'; refund: RefundFact };

/** `processing`: the customer finished, the money is on its way (delayed methods). */
export type PaymentStatus = 'open' | 'processing' | 'paid' | 'failed' | 'expired';

/** A signed event of a provider, verified and reduced to what matters. */
export interface ProviderEvent {
  provider: ProviderName;
  eventId: string;
  type: string;
  /** The whole event, for the inbox. */
  payload: unknown;
  /** Absent for events that say nothing that Tollgate acts on: stored, marked ignored. */
  fact: ProviderFact | undefined;
}

/**
 * Verifies the raw bytes and reads the event. Throws `DomainError('webhook_refused')` for anything that is
 * unsigned, stale, truncated or not an event. Made only where the secret is set.
 */
export type WebhookParser = (
  rawBody: Buffer,
  headers: Record<string, string | string[] | undefined>,
) => ProviderEvent;
