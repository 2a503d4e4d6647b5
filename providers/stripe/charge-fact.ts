import { z } from 'zod';
import type { ChargeFact } from '../recurring.ts';

/** The part of a payment intent that matters. The same shape comes by webhook, by question and inside a refusal. */
const paymentIntent = z.object({
  id: z.string(),
  object: z.literal('payment_intent'),
  status: z.string(),
  amount: z.int().min(0),
  amount_received: z.int().min(0),
  currency: z.string(),
  livemode: z.boolean(),
  metadata: z.record(z.string(), z.string()),
  last_payment_error: z.object({ code: z.string().nullish(), decline_code: z.string().nullish() }).nullish(),
});
export type ReadIntent = z.infer<typeof paymentIntent>;

export function readIntent(raw: unknown): ReadIntent {
  return paymentIntent.parse(raw);
}

export function factOfIntent(intent: ReadIntent): ChargeFact {
  const status = statusOf(intent);
  return {
    provider: 'stripe',
    chargeId: intent.metadata.charge_id,
    paymentRef: intent.id,
    status,
    declineCode: status === 'succeeded' || status === 'processing' ? undefined : reasonOf(intent),
    currency: intent.currency.toUpperCase(),
    amountMinor: BigInt(status === 'succeeded' ? intent.amount_received : intent.amount),
    live: intent.livemode,
  };
}

/** Nobody has tried it, and without us nobody will: it was made and its confirmation got lost. */
export function isUntried(intent: ReadIntent): boolean {
  if (intent.status === 'requires_confirmation') return true;
  return intent.status === 'requires_payment_method' && !intent.last_payment_error;
}

function statusOf(intent: ReadIntent): ChargeFact['status'] {
  if (intent.status === 'succeeded' || intent.status === 'processing') return intent.status;
  const wantsCustomer =
    intent.status === 'requires_action' || intent.last_payment_error?.code === 'authentication_required';
  return wantsCustomer ? 'needs_authentication' : 'declined';
}

function reasonOf(intent: ReadIntent): string {
  const error = intent.last_payment_error;
  return error?.decline_code ?? error?.code ?? intent.status;
}
