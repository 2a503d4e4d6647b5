import Stripe from 'stripe';
import type { Checkout, CheckoutInput, PaymentFact, PaymentProvider } from '../payments.ts';
import { type StripeOptions, stripeClient } from './client.ts';
import { readStripeEvent } from './event.ts';
import { toDomainError } from './failures.ts';
import { factOfSession } from './session-fact.ts';

/** Card payments on Stripe's hosted page. */
export function stripePayments(options: StripeOptions): PaymentProvider {
  const stripe = stripeClient(options);
  return {
    name: 'stripe',
    live: options.secretKey.startsWith('sk_live_') || options.secretKey.startsWith('rk_live_'),
    createCheckout: (input) => asking(() => createCheckout(stripe, input)),
    fetchPayment: (checkoutRef) => asking(() => fetchPayment(stripe, checkoutRef)),
    closeCheckout: (checkoutRef) => asking(() => closeCheckout(stripe, checkoutRef)),
    readEvent: (payload) => readStripeEvent(payload).fact,
  };
}

async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw toDomainError(error);
  }
}

async function createCheckout(stripe: Stripe, input: CheckoutInput): Promise<Checkout> {
  const session = await stripe.checkout.sessions.create(sessionOf(input), {
    idempotencyKey: `checkout:${input.orderId}`,
  });
  if (!session.url) throw new Error('Stripe made a session without a page');
  return { checkoutRef: session.id, url: session.url };
}

function sessionOf(input: CheckoutInput): Stripe.Checkout.SessionCreateParams {
  // On the payment too: events about payments, refunds and disputes know nothing of the session.
  const metadata = { order_id: input.orderId, order_number: input.orderNumber };
  return {
    mode: 'payment',
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: input.currency.toLowerCase(),
          unit_amount: Number(input.amountMinor),
          product_data: { name: input.description },
        },
      },
    ],
    client_reference_id: input.orderNumber,
    metadata,
    payment_intent_data: { metadata, description: `${input.description} (${input.orderNumber})` },
    // A price shown in another currency could come back as another amount.
    adaptive_pricing: { enabled: false },
    expires_at: Math.floor(input.expiresAt.getTime() / 1000),
    success_url: input.successUrl,
    cancel_url: input.cancelUrl,
    ...(input.email ? { customer_email: input.email } : {}),
  };
}

async function fetchPayment(stripe: Stripe, checkoutRef: string): Promise<PaymentFact> {
  return factOfSession(await stripe.checkout.sessions.retrieve(checkoutRef, { expand: ['payment_intent'] }));
}

async function closeCheckout(stripe: Stripe, checkoutRef: string): Promise<PaymentFact> {
  try {
    return factOfSession(await stripe.checkout.sessions.expire(checkoutRef));
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    // Stripe refuses to expire what is complete or expired already: ask which.
    return fetchPayment(stripe, checkoutRef);
  }
}
