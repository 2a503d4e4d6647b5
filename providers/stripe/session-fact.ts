import { z } from 'zod';
import type { PaymentFact, PaymentStatus } from '../payments.ts';

// Stripe's own limit: eight digits of the minor unit.
const MAX_AMOUNT = 99_999_999;

const paymentIntent = z.object({ id: z.string(), status: z.string() });

/** The part of a Checkout Session that matters. The same shape comes by webhook and by question. */
const session = z.object({
  id: z.string(),
  object: z.literal('checkout.session'),
  status: z.enum(['open', 'complete', 'expired']).nullable(),
  payment_status: z.enum(['paid', 'unpaid', 'no_payment_required']),
  amount_total: z.int().min(0).max(MAX_AMOUNT).nullable(),
  currency: z.string().nullable(),
  livemode: z.boolean(),
  client_reference_id: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  payment_intent: z.union([z.string(), paymentIntent]).nullish(),
});
type Session = z.infer<typeof session>;

/** Reads a session, whole or from an event. `delayedPaymentFailed` is said by the event's type only. */
export function factOfSession(raw: unknown, delayedPaymentFailed = false): PaymentFact {
  const read = session.parse(raw);
  const intent = read.payment_intent;
  return {
    provider: 'stripe',
    checkoutRef: read.id,
    paymentRef: (typeof intent === 'string' ? intent : intent?.id) ?? undefined,
    orderId: read.metadata?.order_id,
    orderNumber: read.client_reference_id ?? undefined,
    status: delayedPaymentFailed ? 'failed' : statusOf(read),
    currency: (read.currency ?? '').toUpperCase(),
    amountMinor: BigInt(read.amount_total ?? 0),
    live: read.livemode,
  };
}

function statusOf(read: Session): PaymentStatus {
  if (read.payment_status !== 'unpaid') return 'paid';
  if (read.status === 'open' || read.status === null) return 'open';
  if (read.status === 'expired') return 'expired';
  const intent = read.payment_intent;
  // Complete but unpaid: a delayed method. Only the payment itself tells whether it still runs.
  const failed = typeof intent === 'object' && intent !== null && hasFailed(intent.status);
  return failed ? 'failed' : 'processing';
}

function hasFailed(intentStatus: string): boolean {
  return intentStatus === 'requires_payment_method' || intentStatus === 'canceled';
}
