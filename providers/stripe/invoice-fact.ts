import { z } from 'zod';
import type { SubscriptionPaymentFact } from '../recurring.ts';

const line = z.object({
  period: z.object({ start: z.int(), end: z.int() }),
  parent: z.object({ subscription_item_details: z.object({ proration: z.boolean() }).nullish() }).nullable(),
});

/** The part of an invoice that matters, in the shape that Stripe has given it since `basil`. */
const invoice = z.object({
  id: z.string(),
  object: z.literal('invoice'),
  status: z.string().nullable(),
  billing_reason: z.string().nullable(),
  amount_due: z.int().min(0),
  amount_paid: z.int().min(0),
  currency: z.string(),
  livemode: z.boolean(),
  /** Not optional: an older endpoint leaves it out, and its invoices must not pass as those of nobody. */
  parent: z
    .object({
      subscription_details: z
        .object({ subscription: z.union([z.string(), z.object({ id: z.string() })]) })
        .nullish(),
    })
    .nullable(),
  lines: z.object({ data: z.array(line) }),
});
type Invoice = z.infer<typeof invoice>;

/**
 * The period that an invoice bills. Absent for invoices that bill none: those of no subscription, and corrections
 * that somebody made by hand.
 */
export function factOfInvoice(raw: unknown): SubscriptionPaymentFact | undefined {
  const read = invoice.parse(raw);
  const subscription = read.parent?.subscription_details?.subscription;
  const period = periodOf(read);
  if (!subscription || !period || !billsPeriod(read)) return undefined;
  const isPaid = read.status === 'paid';
  return {
    provider: 'stripe',
    subscriptionRef: typeof subscription === 'string' ? subscription : subscription.id,
    paymentRef: read.id,
    first: read.billing_reason === 'subscription_create',
    status: isPaid ? 'paid' : 'failed',
    periodStart: new Date(period.start * 1000),
    periodEnd: new Date(period.end * 1000),
    currency: read.currency.toUpperCase(),
    amountMinor: BigInt(isPaid ? read.amount_paid : read.amount_due),
    live: read.livemode,
  };
}

function billsPeriod({ billing_reason }: Invoice): boolean {
  return billing_reason === 'subscription_create' || billing_reason === 'subscription_cycle';
}

/** Of the line that sells time; the invoice's own period is the one before. */
function periodOf({ lines }: Invoice) {
  const sold = lines.data.find(({ parent }) => parent?.subscription_item_details?.proration === false);
  return sold?.period;
}
