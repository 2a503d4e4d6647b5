import { z } from 'zod';
import type { PaymentFact, PaymentStatus } from '../payments.ts';

// Stripe's own limit: eight digits of the minor unit.
const MAX_AMOUNT = 99_999_999;

/** An object of Stripe's: its id, or itself where it was asked for. */
const reference = z.union([z.string(), z.object({ id: z.string(), status: z.string().nullish() })]).nullish();
type Reference = z.infer<typeof reference>;

/** The part of a Checkout Session that matters. The same shape comes by webhook and by question. */
const session = z.object({
  id: z.string(),
  object: z.literal('checkout.session'),
  /** A page that only keeps a card says "no payment required", which must never read as paid. */
  mode: z.enum(['payment', 'subscription']),
  status: z.enum(['open', 'complete', 'expired']).nullable(),
  payment_status: z.enum(['paid', 'unpaid', 'no_payment_required']),
  amount_total: z.int().min(0).max(MAX_AMOUNT).nullable(),
  currency: z.string().nullable(),
  livemode: z.boolean(),
  client_reference_id: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  payment_intent: reference,
  /** Only where the checkout began a subscription: then the first payment is an invoice's. */
  invoice: reference,
  subscription: reference,
});
type Session = z.infer<typeof session>;

/** Reads a session, whole or from an event. `delayedPaymentFailed` is said by the event's type only. */
export function factOfSession(raw: unknown, delayedPaymentFailed = false): PaymentFact {
  const read = session.parse(raw);
  return {
    provider: 'stripe',
    checkoutRef: read.id,
    paymentRef: idOf(read.payment_intent) ?? idOf(read.invoice),
    orderId: read.metadata?.order_id,
    orderNumber: read.client_reference_id ?? undefined,
    status: delayedPaymentFailed ? 'failed' : statusOf(read),
    currency: (read.currency ?? '').toUpperCase(),
    amountMinor: BigInt(read.amount_total ?? 0),
    live: read.livemode,
    subscriptionRef: idOf(read.subscription),
  };
}

function statusOf(read: Session): PaymentStatus {
  if (read.payment_status !== 'unpaid') return 'paid';
  if (read.status === 'open' || read.status === null) return 'open';
  if (read.status === 'expired') return 'expired';
  // Complete but unpaid: a delayed method. Only the payment itself tells whether it still runs.
  return hasFailed(read.payment_intent) || hasFailed(read.subscription) ? 'failed' : 'processing';
}

const failedStatuses = new Set(['requires_payment_method', 'canceled', 'incomplete_expired']);

/** Of a payment, or of the subscription that it was to begin. */
function hasFailed(referred: Reference): boolean {
  return typeof referred === 'object' && failedStatuses.has(referred?.status ?? '');
}

function idOf(referred: Reference): string | undefined {
  return (typeof referred === 'string' ? referred : referred?.id) ?? undefined;
}
