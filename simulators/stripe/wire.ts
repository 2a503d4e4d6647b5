import type Stripe from 'stripe';

/** An object as it is stored and sent: a reference is an id until the caller asks to expand it. */
type Wire<T> = { [K in keyof T]: string extends T[K] ? Extract<T[K], string | null | undefined> : T[K] };

export type Session = Wire<Stripe.Checkout.Session>;
export type PaymentIntent = Wire<Stripe.PaymentIntent>;
export type PaymentMethod = Wire<Stripe.PaymentMethod>;
export type SetupIntent = Wire<Stripe.SetupIntent>;
export type Charge = Wire<Stripe.Charge>;
export type Refund = Wire<Stripe.Refund>;
export type Dispute = Wire<Stripe.Dispute>;
export type Customer = Wire<Stripe.Customer>;
export type BalanceTransaction = Wire<Stripe.BalanceTransaction>;
export type Subscription = Wire<Stripe.Subscription>;
export type SubscriptionItem = Wire<Stripe.SubscriptionItem>;
export type Invoice = Wire<Stripe.Invoice>;
export type InvoiceLineItem = Wire<Stripe.InvoiceLineItem>;
export type InvoicePayment = Wire<Stripe.InvoicePayment>;
export type LastPaymentError = Stripe.PaymentIntent.LastPaymentError;

export type Metadata = Record<string, string>;

export interface StripeObject {
  id: string;
  object: string;
}

export interface List<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  url: string;
}

/** `data.object` is a snapshot: it keeps what was true when the event happened. */
export interface StripeEvent extends StripeObject {
  object: 'event';
  api_version: string;
  created: number;
  livemode: boolean;
  pending_webhooks: number;
  type: string;
  request: EventRequest | null;
  data: { object: StripeObject; previous_attributes?: object };
}

export interface EventRequest {
  id: string | null;
  idempotency_key: string | null;
}
