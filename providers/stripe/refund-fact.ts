import { z } from 'zod';
import type { RefundFact } from '../refunds.ts';

/** The part of a refund that matters. The same shape comes by webhook and by question. */
const refund = z.object({
  id: z.string(),
  object: z.literal('refund'),
  /** Open: Stripe types it as any text. */
  status: z.string().nullable(),
  amount: z.int().min(0),
  currency: z.string(),
  metadata: z.record(z.string(), z.string()).nullable(),
  failure_reason: z.string().nullish(),
});

/** A refund carries no mode of its own: an event does, and an answer has that of the key. */
export function factOfRefund(raw: unknown, live: boolean): RefundFact {
  const read = refund.parse(raw);
  const status = statusOf(read.status);
  return {
    provider: 'stripe',
    refundId: read.metadata?.refund_id,
    refundRef: read.id,
    status,
    failureCode: status === 'failed' ? (read.failure_reason ?? read.status ?? 'failed') : undefined,
    currency: read.currency.toUpperCase(),
    amountMinor: BigInt(read.amount),
    live,
  };
}

/** A word that we do not know is no end. */
function statusOf(status: string | null): RefundFact['status'] {
  if (status === 'succeeded') return 'succeeded';
  return status === 'failed' || status === 'canceled' ? 'failed' : 'pending';
}
