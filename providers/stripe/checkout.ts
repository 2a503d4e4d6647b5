import type Stripe from 'stripe';
import type { Checkout, CheckoutInput, PaymentFact, PaymentProvider } from '../payments.ts';
import { buyerOf, checkoutOf } from './buyer.ts';
import { type StripeOptions, stripeClient } from './client.ts';
import { readStripeEvent } from './event.ts';
import { asking, isRefusal } from './failures.ts';
import { stripeRefunds } from './refunds.ts';
import { stripeSavedCards } from './saved-cards.ts';
import { factOfSession } from './session-fact.ts';
import { stripeSubscriptions } from './subscriptions.ts';

/** Card payments on Stripe's hosted page. */
export function stripePayments(options: StripeOptions): PaymentProvider {
  const stripe = stripeClient(options);
  const live = options.secretKey.startsWith('sk_live_') || options.secretKey.startsWith('rk_live_');
  return {
    name: 'stripe',
    live,
    createCheckout: (input) => asking(() => createCheckout(stripe, input)),
    fetchPayment: (checkoutRef) => asking(() => fetchPayment(stripe, checkoutRef)),
    closeCheckout: (checkoutRef) => asking(() => closeCheckout(stripe, checkoutRef)),
    readEvent: (payload) => readStripeEvent(payload).fact,
    savedCards: stripeSavedCards(stripe, live),
    subscriptions: stripeSubscriptions(stripe),
    refunds: stripeRefunds(stripe, live),
  };
}

async function createCheckout(stripe: Stripe, input: CheckoutInput): Promise<Checkout> {
  const session = await stripe.checkout.sessions.create(sessionOf(input), {
    idempotencyKey: `checkout:${input.orderId}`,
  });
  return checkoutOf(session);
}

function sessionOf(input: CheckoutInput): Stripe.Checkout.SessionCreateParams {
  return {
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: input.currency.toLowerCase(),
          unit_amount: Number(input.amountMinor),
          product_data: { name: input.description },
          ...(input.monthly ? { recurring: { interval: 'month' as const } } : {}),
        },
      },
    ],
    client_reference_id: input.orderNumber,
    metadata: metadataOf(input),
    // A price shown in another currency could come back as another amount.
    adaptive_pricing: { enabled: false },
    expires_at: Math.floor(input.expiresAt.getTime() / 1000),
    success_url: input.successUrl,
    cancel_url: input.cancelUrl,
    ...(input.monthly ? subscriptionFields(input) : paymentFields(input)),
  };
}

function metadataOf(input: CheckoutInput) {
  return { order_id: input.orderId, order_number: input.orderNumber };
}

// The metadata again: events about payments, refunds, disputes and subscriptions know nothing of the session.

function paymentFields(input: CheckoutInput): Partial<Stripe.Checkout.SessionCreateParams> {
  return {
    mode: 'payment',
    // Other methods would be paid with and leave no card behind.
    ...(input.saveCard ? { allowed_payment_method_types: ['card' as const] } : {}),
    payment_intent_data: {
      metadata: metadataOf(input),
      description: `${input.description} (${input.orderNumber})`,
      ...(input.saveCard ? { setup_future_usage: 'off_session' as const } : {}),
    },
    ...buyerOf(input, input.saveCard === true),
  };
}

function subscriptionFields(input: CheckoutInput): Partial<Stripe.Checkout.SessionCreateParams> {
  return {
    mode: 'subscription',
    subscription_data: { metadata: metadataOf(input), description: input.description },
    // Stripe always makes a customer here, and refuses to be told so.
    ...buyerOf(input, false),
  };
}

async function fetchPayment(stripe: Stripe, checkoutRef: string): Promise<PaymentFact> {
  return factOfSession(
    await stripe.checkout.sessions.retrieve(checkoutRef, { expand: ['payment_intent', 'subscription'] }),
  );
}

async function closeCheckout(stripe: Stripe, checkoutRef: string): Promise<PaymentFact> {
  try {
    return factOfSession(await stripe.checkout.sessions.expire(checkoutRef));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Stripe refuses to expire what is complete or expired already: ask which.
    return fetchPayment(stripe, checkoutRef);
  }
}
