import type Stripe from 'stripe';
import { z } from 'zod';
import type {
  ProviderSubscriptionFact,
  ProviderSubscriptions,
  SubscriptionPaymentFact,
} from '../recurring.ts';
import { asking, isMissing, isRefusal } from './failures.ts';
import { factOfInvoice } from './invoice-fact.ts';

/** Subscriptions that Stripe charges by itself. */
export function stripeSubscriptions(stripe: Stripe): ProviderSubscriptions {
  return {
    fetchSubscription: (subscriptionRef) => asking(() => fetchSubscription(stripe, subscriptionRef)),
    cancelSubscription: (subscriptionRef) => asking(() => cancelSubscription(stripe, subscriptionRef)),
  };
}

const subscriptionShape = z.object({
  id: z.string(),
  object: z.literal('subscription'),
  status: z.enum([
    'incomplete',
    'incomplete_expired',
    'trialing',
    'active',
    'past_due',
    'canceled',
    'unpaid',
    'paused',
  ]),
});
type Subscription = z.infer<typeof subscriptionShape>;

export function readSubscription(raw: unknown): Subscription {
  return subscriptionShape.parse(raw);
}

async function fetchSubscription(stripe: Stripe, subscriptionRef: string): Promise<ProviderSubscriptionFact> {
  const { id, status } = readSubscription(await stripe.subscriptions.retrieve(subscriptionRef));
  return {
    provider: 'stripe',
    subscriptionRef: id,
    status: statusOf(status),
    latestPayment: await latestPayment(stripe, id),
  };
}

function statusOf(status: Subscription['status']): ProviderSubscriptionFact['status'] {
  if (status === 'active' || status === 'trialing') return 'active';
  return hasEnded(status) ? 'ended' : 'past_due';
}

function hasEnded(status: Subscription['status']): boolean {
  return status === 'canceled' || status === 'incomplete_expired';
}

/** Corrections made by hand can lie between the invoices of periods, so that one page of one is not enough. */
async function latestPayment(
  stripe: Stripe,
  subscription: string,
): Promise<SubscriptionPaymentFact | undefined> {
  for await (const invoice of stripe.invoices.list({ subscription, status: 'paid' })) {
    const fact = factOfInvoice(invoice);
    if (fact !== undefined) return fact;
  }
  return undefined;
}

async function cancelSubscription(stripe: Stripe, subscriptionRef: string): Promise<void> {
  try {
    await stripe.subscriptions.cancel(subscriptionRef, { prorate: false, invoice_now: false });
  } catch (error) {
    // Stripe says of an ended subscription that there is none.
    if (isMissing(error)) return;
    if (!isRefusal(error) || !(await isOver(stripe, subscriptionRef))) throw error;
  }
}

async function isOver(stripe: Stripe, subscriptionRef: string): Promise<boolean> {
  return hasEnded(readSubscription(await stripe.subscriptions.retrieve(subscriptionRef)).status);
}
